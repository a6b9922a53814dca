using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Sending;

namespace ModularRace.Sync.Features.OnDevice.Clips;

/// <summary>
/// R12: the clips that are due, after the records, that of the oldest report first, each from the byte where it stopped. The
/// cloud is asked where that is: nothing has to be remembered here, and neither side's restart matters. One that the cloud
/// will not take waits for its time and holds up none behind it.
/// </summary>
internal sealed class ClipPass(ScopedSender sender, CloudLink link, ChunkSize size, LinkRate rate, DeviceProgress progress, TimeProvider time)
{
    private const int MostBreaks = 6, MostBeginnings = 8;
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(1);

    /// <param name="tally">The run's figures.</param>
    /// <param name="byHand">Whether a person asked for the run, be it meanwhile.</param>
    /// <param name="turn">Pauses while records go, and ends where something else wants to.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LinkFailure">The link broke, and there is none any more.</exception>
    public async Task RunAsync(RunTally tally, Func<bool> byHand, ClipTurn turn, CancellationToken cancellationToken)
    {
        if ((await sender.SendAsync(new ReadCloudTarget(), cancellationToken)).Access is not { } access) return;
        Announced? next = null;
        Task<bool>? ending = null;
        string[] going = [];
        try
        {
            while (!turn.Ended && (next ?? await AnnounceAsync(access, byHand(), [], turn, cancellationToken)) is { } clip)
            {
                next = null;
                tally.TriedClips = true;
                progress.Report("clips", tally.ClipsUploaded, tally.ClipsUploaded + clip.Clip.Waiting);
                var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                var before = ending;
                // The one before may not be settled yet, and would be taken once more.
                going = before is null ? [clip.Clip.Sha256] : [going[^1], clip.Clip.Sha256];
                ending = TrySendAsync(access, clip, byHand, turn, new LastPiece(AnnounceNextAsync, () => written.TrySetResult()), cancellationToken).Observed();
                // With its last byte written the next one goes: the link has no pause for the answer, which takes a round trip.
                await Task.WhenAny(ending, written.Task);
                if (before is not null && await before) tally.ClipsUploaded++;
                if (next is not null) continue;
                if (await ending) tally.ClipsUploaded++;
                ending = null;

                async Task AnnounceNextAsync() => next = await AnnounceAsync(access, byHand(), going, turn, cancellationToken);
            }

            if (ending is not null && await ending) tally.ClipsUploaded++;
        }
        finally
        {
            if (ending is not null) await Task.WhenAny(ending);
        }
    }

    /// <summary>True where all of it is on the cloud. What the cloud will not take is put off.</summary>
    private async Task<bool> TrySendAsync(CloudAccess access, Announced next, Func<bool> byHand, ClipTurn turn, LastPiece last, CancellationToken cancellationToken)
    {
        var sha256 = next.Clip.Sha256;
        try
        {
            if (!await SendAsync(access, next, byHand, turn, last, cancellationToken)) return false;
            await sender.SendAsync(new ClipArrived(sha256), cancellationToken);
            return true;
        }
        catch (Problem e)
        {
            await sender.SendAsync(new PutOffClip(sha256, e.Code, e.Message), cancellationToken);
        }
        catch (FileNotFoundException)
        {
            await sender.SendAsync(new PutOffClip(sha256, "clip_lost", "The clip is not on this Pi any more.", ForGood: true), cancellationToken);
        }

        return false;
    }

    /// <summary>The next that may go, on its way to be announced; null: none.</summary>
    private async Task<Announced?> AnnounceAsync(CloudAccess access, bool byHand, string[] going, ClipTurn turn, CancellationToken cancellationToken)
    {
        if (await sender.SendAsync(new TakeClip(byHand, going), cancellationToken) is not { } clip) return null;
        return new Announced(clip, BeginAsync(access, clip, turn, cancellationToken).Observed());
    }

    private async Task<ClipAt> BeginAsync(CloudAccess access, ClipOnItsWay clip, ClipTurn turn, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(Timeout.InfiniteTimeSpan, time, cancellationToken);
        return await link.BeginClipAsync(access, clip.ReportUuid, clip.Sha256, clip.SizeBytes, clip.ContentType, cancellationToken);
    }

    /// <summary>True where all of it is on the cloud, false where it is not its turn any more.</summary>
    private async Task<bool> SendAsync(CloudAccess access, Announced next, Func<bool> byHand, ClipTurn turn, LastPiece last, CancellationToken cancellationToken)
    {
        var clip = next.Clip;
        await using var file = await sender.SendAsync(new OpenHeldClip(clip.Sha256), cancellationToken) ?? throw new FileNotFoundException();
        var told = false;
        for (int breaks = 0, beginnings = 0; ;)
        {
            var at = breaks + beginnings == 0 ? await next.At : await BeginAsync(access, clip, turn, cancellationToken);
            try
            {
                while (at.Offset < clip.SizeBytes)
                {
                    var allowed = await sender.SendAsync(new MayClipsGo(byHand()), cancellationToken);
                    if (turn.Ended || allowed == 0) return false;
                    var most = Math.Min(Math.Min(size.Now, allowed), clip.SizeBytes - at.Offset);
                    var isLast = !told && at.Offset + most == clip.SizeBytes;
                    if (isLast) await last.AnnounceNext();
                    told |= isLast;
                    at = await SendPieceAsync(access, at, file, most, turn, isLast ? last.Written : null, cancellationToken);
                    await sender.SendAsync(new NoteClipSent(clip.Sha256, at.Offset), cancellationToken);
                }

                return true;
            }
            catch (LinkFailure e) when (e.Fault == LinkFault.Hung && breaks++ < MostBreaks)
            {
                // Too much for this link, or no link: a probe tells which, and throws where it is none.
                size.Broke();
                await link.ProbeAsync(access.Server, cancellationToken);
                rate.Broke();
            }
            catch (Problem e) when (e.Status is 404 or 409 or 423 && beginnings++ < MostBeginnings)
            {
                // It stands elsewhere than was thought: the cloud says where. What hung there of an earlier try gives way soon.
                if (e.Status == 423) await Task.Delay(Busy, time, cancellationToken);
            }
        }
    }

    private async Task<ClipAt> SendPieceAsync(CloudAccess access, ClipAt at, Stream file, long most, ClipTurn turn, Action? written, CancellationToken cancellationToken)
    {
        var day = default(DateOnly);
        var piece = new ClipPiece(file, at.Offset, most, turn, time, written, AllowAsync);
        var started = time.GetTimestamp();
        try
        {
            var stands = await link.SendClipAsync(access, at, piece, cancellationToken);
            size.Held(piece.Sent, time.GetElapsedTime(started));
            rate.Carried(started, piece.Sent, piece.Paused);
            return stands;
        }
        finally
        {
            if (piece.Unspent > 0) await sender.SendAsync(new GiveBackClipBytes(day, piece.Unspent), CancellationToken.None);
        }

        async Task<int> AllowAsync(int wanted, CancellationToken cancelled)
        {
            var spent = await sender.SendAsync(new SpendClipBytes(wanted), cancelled);
            day = spent.Day;
            return spent.Granted;
        }
    }

    /// <param name="AnnounceNext">Before it: the next clip is announced, so that its place is known when it is to go.</param>
    /// <param name="Written">After its last byte.</param>
    private sealed record LastPiece(Func<Task> AnnounceNext, Action Written);

    /// <param name="At">Where the cloud says that it stands.</param>
    private sealed record Announced(ClipOnItsWay Clip, Task<ClipAt> At);
}
