using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Downloading;
using ModularRace.Sync.Features.OnDevice.Healing;
using ModularRace.Sync.Features.OnDevice.Pulling;
using ModularRace.Sync.Features.OnDevice.Verifying;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>
/// Once to the cloud and back: uploads what is due, batch by batch, then takes the changes, page by page. Each batch and
/// page is a commit of its own, so that what got through before a link broke is done with; nothing is open over the network.
/// </summary>
internal sealed class SyncPass(
    ScopedSender sender, CloudLink link, LinkState state, DeviceIdentity identity, BatchSize size, DeviceProgress progress, TimeProvider time)
{
    private const int ChangesPerPage = 500, ChangesAtOnce = 100, MostShrinks = 6, MostRounds = 5;
    private static readonly TimeSpan GrantsHold = TimeSpan.FromHours(1);

    public async Task RunAsync(RunTally tally, CancellationToken cancellationToken)
    {
        var target = await sender.SendAsync(new ReadCloudTarget(), cancellationToken);
        var access = target.Access ?? throw new Problem(409, "not_paired", "This Pi is not paired with a server yet.");
        for (var round = 0; round < MostRounds; round++)
        {
            await SendAsync(access, tally, cancellationToken);
            if (!await PullAsync(access, tally, cancellationToken)) break;
        }

        if (target.GrantsReadAt is not { } read || (time.GetUtcNow() - read).Duration() > GrantsHold)
            await sender.SendAsync(new StoreGrants(await link.CompetitionsAsync(access, cancellationToken)), cancellationToken);
    }

    private async Task SendAsync(CloudAccess access, RunTally tally, CancellationToken cancellationToken)
    {
        var shrinks = 0;
        int? most = null;
        for (var sent = 0; ;)
        {
            if (state.TakeReturn()) await sender.SendAsync(new ReleaseWaiting(), cancellationToken);
            var batch = await sender.SendAsync(new TakeBatch(most ?? size.Now), cancellationToken);
            var records = batch.Upload.Records;

            // An empty batch goes once: it tells the cloud how this Pi is, and this Pi the cloud's time.
            if (records.Count == 0 && (sent > 0 || tally.Reached)) return;
            progress.Report("sending", sent, sent + batch.Waiting, underway: records.Count);
            try
            {
                var started = time.GetTimestamp();
                var answer = await link.UploadAsync(access, batch.Upload, cancellationToken);
                tally.Reached = true;
                var settled = await sender.SendAsync(new SettleBatch(batch.Upload, answer), cancellationToken);
                tally.Add(settled);
                sent += records.Count;
                progress.Report("sending", sent, sent + Math.Max(0, batch.Waiting - records.Count));
                if (most is null) size.Held(time.GetElapsedTime(started));
                most = null;
                // What was made meanwhile has asked for a pass of its own.
                if (records.Count >= batch.Waiting && !settled.Released && !state.HasReturned) return;
            }
            catch (LinkFailure e) when (e.Fault == LinkFault.Hung && shrinks++ < MostShrinks)
            {
                // Too much for this link, or no link: a probe tells which, and throws where it is none.
                size.Broke(records.Count);
                await link.ProbeAsync(access.Server, cancellationToken);
            }
            catch (Problem e) when (e.Status is 400 or 413 or 415 or 422 && records.Count > 0)
            {
                // R14: the batch is refused as a whole. Halved until the record is found that does it, which then waits in sight.
                tally.Reached = true;
                most = records.Count / 2;
                if (records.Count > 1) continue;
                most = null;
                await sender.SendAsync(new FailRecord(records[0].ClientUuid, records[0].Edit, e.Code, e.Message), cancellationToken);
                tally.Failed++;
            }
        }
    }

    /// <summary>True when the cloud has to be asked again about something.</summary>
    private async Task<bool> PullAsync(CloudAccess access, RunTally tally, CancellationToken cancellationToken)
    {
        var target = await sender.SendAsync(new ReadCloudTarget(), cancellationToken);
        if (target.Cursor is not { } cursor)
        {
            if (target.CompetitionUuid is not { } lost) return false;
            await HealAsync(access, lost, target.Date, cancellationToken);
            return true;
        }

        var again = false;
        Guid? store = identity.StoreUuid;
        for (var done = 0; ;)
        {
            progress.Report("receiving", done);
            Wire.ChangesAnswer page;
            try
            {
                page = await link.ChangesAsync(access, cursor, ChangesPerPage, store, cancellationToken);
                tally.Reached = true;
            }
            catch (Problem e) when (e.Code == "cursor_expired" && target.CompetitionUuid is { } competition)
            {
                // R9: the cloud is not where it was.
                await sender.SendAsync(new BeginHealing(), cancellationToken);
                await HealAsync(access, competition, target.Date, cancellationToken);
                return true;
            }

            // In short transactions, in the order of reference and conflicts after what they are about: a tap waits for one of
            // them at most. The cursor goes with the last.
            var parts = page.Changes.OrderBy(c => c.Type == RecordTypes.Conflict ? int.MaxValue : RecordTypes.Rank(c.Type)).Chunk(ChangesAtOnce).ToList();
            var whole = true;
            for (var part = 0; whole && part < Math.Max(1, parts.Count); part++)
            {
                var last = part >= parts.Count - 1;
                var applied = await sender.SendAsync(new ApplyChanges(parts.Count == 0 ? [] : parts[part], last ? page.Cursor : null, last ? page.Own : null), cancellationToken);
                whole = applied.Whole;
                tally.Downloaded += applied.Taken;
                again |= applied.AskAgain;
                done += parts.Count == 0 ? 0 : parts[part].Length;
                progress.Report("receiving", done);
            }

            if (!whole)
            {
                // What the cloud only named is not here as it was sent: this page is read again, whole.
                store = null;
                continue;
            }

            store = identity.StoreUuid;
            if (!page.HasMore || page.Cursor == cursor) return await sender.SendAsync(new ReturnMissing(), cancellationToken) > 0 || again;
            cursor = page.Cursor;
        }
    }

    /// <summary>
    /// Asks a restored cloud what it holds of what was sent from here, and begins to read anew. Where it does not even know
    /// the competition, that and all of it goes back first; the download follows in the next round.
    /// </summary>
    private async Task HealAsync(CloudAccess access, Guid competition, DateOnly? date, CancellationToken cancellationToken)
    {
        try
        {
            var proof = await sender.SendAsync(new VerifyWithCloud(), cancellationToken);
            await sender.SendAsync(new SendAgain([.. proof.Missing, .. proof.Different]), cancellationToken);
            await DownloadAsync(access, competition, date, cancellationToken);
        }
        catch (Problem e) when (e.Status is 403 or 404)
        {
            await sender.SendAsync(new SendAgain(null), cancellationToken);
            await sender.SendAsync(new ReturnMissing(), cancellationToken);
        }
    }

    /// <summary>Downloads a competition whole and stores it in one commit.</summary>
    public async Task<int> DownloadAsync(CloudAccess access, Guid competition, DateOnly? date, CancellationToken cancellationToken)
    {
        progress.Report("downloading");
        var download = await link.DownloadAsync(access, competition, date, cancellationToken);
        var total = 1 + new[] { download.Races, download.RaceLocations, download.Athletes, download.BibAssignments, download.Penalties, download.Phrases }.Sum(l => l?.Count ?? 0);
        progress.Report("storing", 0, total);
        var stored = await sender.SendAsync(new StoreDownload(download, date), cancellationToken);
        progress.Report("storing", stored, total);
        return stored;
    }
}
