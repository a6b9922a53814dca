using System.Security.Cryptography;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Domain.Cameras;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;

namespace ModularRace.Incidents.Features.Cameras;

/// <summary>
/// One touch takes what the location's camera saw of a tap: ten seconds before it and five after. It waits until those have
/// passed, and answers when the clip is here; from then on it is a clip like any other. What time it was says the report's own
/// point on the clock that nobody sets (R10): a wall clock that jumped meanwhile does no harm. No transaction is around it.
/// </summary>
internal sealed record FilmReport(Guid ReportUuid) : IRequest<FilmedClip>;

/// <param name="DurationMs">Null: unknown.</param>
internal sealed record FilmedClip(Guid ReportUuid, string Sha256, long SizeBytes, long? DurationMs);

internal sealed class FilmReportHandler(
    IncidentsDbContext db, CourseCameras cameras, CameraFilm film, ClipSettings settings, ClipAccess access, IRaceClock clock, IMediator mediator, TimeProvider time)
    : IRequestHandler<FilmReport, FilmedClip>
{
    private const long BeforeMs = 10_000, AfterMs = 5_000;

    /// <summary>A camera that ended says so by a piece or a change; one that was begun anew meanwhile is seen by looking.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <exception cref="Problem">404; 403; 409 <c>no_camera, film_gone, report_withdrawn, clip_exists</c>; 413; 415; 507.</exception>
    public async Task<FilmedClip> Handle(FilmReport request, CancellationToken cancellationToken)
    {
        var (report, incident) = await RequireAsync(request.ReportUuid, cancellationToken);
        var location = report.RaceLocationUuid ?? incident.RaceLocationUuid;
        if (location is null || await mediator.Send(new FindCamera(location.Value), cancellationToken) is not { } address)
            throw Problem.Conflict("no_camera", "This report's location has no camera.");
        if (report.At.Stamp is not { } tapped || tapped.BootId != clock.Read().BootId) throw Gone();
        await cameras.KeepAsync(location.Value, address, again: false);

        var footage = await WaitAsync(location.Value, tapped.MonotonicMs, cancellationToken) ?? throw Gone();
        var path = cameras.PlaceForAClip();
        try
        {
            if (!await film.CutAsync(footage, path, settings.MostBytes, cancellationToken)) throw Gone();
            // The finger may have taken the tap back meanwhile.
            await RequireAsync(request.ReportUuid, cancellationToken);
            return await KeepAsync(request.ReportUuid, path, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Gone();
        }
        finally
        {
            if (File.Exists(path)) File.Delete(path);
        }
    }

    private async Task<(Report Report, Incident Incident)> RequireAsync(Guid uuid, CancellationToken cancellationToken)
    {
        var report = await db.Reports.AsNoTracking().SingleOrDefaultAsync(r => r.ClientUuid == uuid, cancellationToken);
        var incident = report is null ? null : await db.Incidents.AsNoTracking().SingleAsync(i => i.ClientUuid == report.IncidentUuid, cancellationToken);
        await access.RequireAsync(uuid, null, report, incident, cancellationToken);
        if (report!.IsWithdrawn) throw Problem.Conflict("report_withdrawn", "This report was taken back.");
        return (report, incident!);
    }

    /// <summary>Until the five seconds are there, or will not come any more. Null: nothing of it is here.</summary>
    private async Task<Footage?> WaitAsync(Guid location, long tappedMs, CancellationToken cancellationToken)
    {
        var (from, to) = (tappedMs - BeforeMs, tappedMs + AfterMs);
        while (cameras.Of(location) is { } recorder)
        {
            var further = recorder.FurtherAsync();
            var footage = recorder.Ring.Find(from, to);
            var now = clock.Read().MonotonicMs;
            if (footage?.ToMs >= to || now >= to + CameraRing.LongestPieceMs || (now >= to && recorder.Standing.State != CameraStates.Running)) return footage;
            await Task.WhenAny(further, Task.Delay(LookAgain, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return null;
    }

    /// <summary>The same road as a clip that somebody sends: its limits, its judgement, its row, its way to the cloud.</summary>
    private async Task<FilmedClip> KeepAsync(Guid report, string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        var begun = await mediator.Send(new BeginClip(report, file.Length, sha256), cancellationToken);
        if (begun.Offset < begun.Length)
        {
            file.Position = begun.Offset;
            await mediator.Send(new WriteClip(begun.UploadUuid, begun.Offset, null, begun.Length - begun.Offset, file), cancellationToken);
        }

        var duration = await db.Clips.Where(c => c.Sha256 == sha256).Select(c => c.DurationMs).SingleAsync(cancellationToken);
        return new FilmedClip(report, sha256, begun.Length, duration);
    }

    private static Problem Gone() => Problem.Conflict("film_gone", "The camera's film of this moment is not here: it is kept for a minute, as far as the camera answered.");
}
