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
internal sealed class ClipPass(ScopedSender sender, CloudLink link, ChunkSize size, DeviceProgress progress, TimeProvider time)
{
    private const int MostBreaks = 6, MostBeginnings = 8;
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(1);

    /// <param name="tally">The run's figures.</param>
    /// <param name="byHand">A person asked for the run.</param>
    /// <param name="interrupted">Records want to go, or something else does: the request that is on its way ends where it is.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="LinkFailure">The link broke, and there is none any more.</exception>
    public async Task RunAsync(RunTally tally, bool byHand, Func<bool> interrupted, CancellationToken cancellationToken)
    {
        if ((await sender.SendAsync(new ReadCloudTarget(), cancellationToken)).Access is not { } access) return;
        while (!interrupted() && await sender.SendAsync(new TakeClip(byHand), cancellationToken) is { } clip)
        {
            tally.TriedClips = true;
            progress.Report("clips", tally.ClipsUploaded, tally.ClipsUploaded + clip.Waiting);
            try
            {
                if (await SendAsync(access, clip, interrupted, cancellationToken))
                {
                    await sender.SendAsync(new ClipArrived(clip.Sha256), cancellationToken);
                    tally.ClipsUploaded++;
                }
            }
            catch (Problem e)
            {
                await sender.SendAsync(new PutOffClip(clip.Sha256, e.Code, e.Message), cancellationToken);
            }
            catch (FileNotFoundException)
            {
                await sender.SendAsync(new PutOffClip(clip.Sha256, "clip_lost", "The clip is not on this Pi any more.", ForGood: true), cancellationToken);
            }
        }
    }

    /// <summary>True where all of it is on the cloud, false where it was interrupted.</summary>
    private async Task<bool> SendAsync(CloudAccess access, ClipOnItsWay clip, Func<bool> interrupted, CancellationToken cancellationToken)
    {
        await using var file = await sender.SendAsync(new OpenHeldClip(clip.Sha256), cancellationToken) ?? throw new FileNotFoundException();
        for (int breaks = 0, beginnings = 0; ;)
        {
            var at = await link.BeginClipAsync(access, clip.ReportUuid, clip.Sha256, clip.SizeBytes, clip.ContentType, cancellationToken);
            try
            {
                while (at.Offset < clip.SizeBytes)
                {
                    if (interrupted()) return false;
                    var piece = new ClipPiece(file, at.Offset, Math.Min(size.Now, clip.SizeBytes - at.Offset), interrupted);
                    var started = time.GetTimestamp();
                    at = await link.SendClipAsync(access, at, piece, cancellationToken);
                    size.Held(piece.Sent, time.GetElapsedTime(started));
                    await sender.SendAsync(new NoteClipSent(clip.Sha256, at.Offset), cancellationToken);
                }

                return true;
            }
            catch (LinkFailure e) when (e.Fault == LinkFault.Hung && breaks++ < MostBreaks)
            {
                // Too much for this link, or no link: a probe tells which, and throws where it is none.
                size.Broke();
                await link.ProbeAsync(access.Server, cancellationToken);
            }
            catch (Problem e) when (e.Status is 404 or 409 or 423 && beginnings++ < MostBeginnings)
            {
                // It stands elsewhere than was thought: the cloud says where. What hung there of an earlier try gives way soon.
                if (e.Status == 423) await Task.Delay(Busy, time, cancellationToken);
            }
        }
    }
}
