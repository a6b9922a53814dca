using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Features.Clips;

/// <summary>
/// A clip is announced (tus creation). R2: the same announced again goes on where it stopped, so that who lost the address
/// needs only to ask anew; and what a report names already and is here is answered as complete.
/// </summary>
/// <param name="ReportUuid">Whose clip it is: a report has one, and it is not replaced.</param>
/// <param name="Length">Bytes in all.</param>
/// <param name="Sha256">Lower-case hexadecimal; null: it is worked out from what comes. A device has to say it.</param>
internal sealed record BeginClip(Guid? ReportUuid, long? Length, string? Sha256) : ICommand<ClipProgress>;

/// <param name="Offset">So many bytes are here for good.</param>
/// <param name="Created">False: it was announced before.</param>
internal sealed record ClipProgress(Guid UploadUuid, Guid ReportUuid, long Offset, long Length, bool Created);

internal sealed class BeginClipValidator : AbstractValidator<BeginClip>
{
    public BeginClipValidator()
    {
        RuleFor(c => c.ReportUuid).NotNull().WithMessage("Upload-Metadata has to name it.").NotEqual(Guid.Empty).WithMessage("It is a UUID.");
        RuleFor(c => c.Length).NotNull().WithMessage("Upload-Length has to say it.").GreaterThan(0).WithMessage("There is nothing in it.").OverridePropertyName("upload_length");
        RuleFor(c => c.Sha256).Must(s => s is null || (s.Length == 64 && s.All(char.IsAsciiHexDigitLower))).WithMessage("It is 64 lower-case hexadecimal digits.");
    }
}

internal sealed class BeginClipHandler(
    IncidentsDbContext db, ClipSettings settings, IClipStore store, ClipAccess access, IMediator mediator, TimeProvider time) : IRequestHandler<BeginClip, ClipProgress>
{
    /// <exception cref="Problem">404; 403; 409 <c>clip_exists, clip_not_named, clip_removed</c>; 413 <c>clip_too_large</c>; 507 <c>disk_full</c>.</exception>
    public async Task<ClipProgress> Handle(BeginClip request, CancellationToken cancellationToken)
    {
        var (reportUuid, length) = (request.ReportUuid!.Value, request.Length!.Value);
        if (length > settings.MostBytes)
            throw new Problem(413, "clip_too_large", $"A clip has at most {settings.MostBytes / (1024.0 * 1024):0.#} MB. Send a shorter piece of it.");
        var report = await db.Reports.AsNoTracking().SingleOrDefaultAsync(r => r.ClientUuid == reportUuid, cancellationToken);
        var incident = report is null ? null : await db.Incidents.AsNoTracking().SingleAsync(i => i.ClientUuid == report.IncidentUuid, cancellationToken);
        await access.RequireAsync(reportUuid, request.Sha256, report, incident, cancellationToken);

        if (request.Sha256 is not null && await db.FindRemovalAsync(reportUuid, request.Sha256, cancellationToken) is { } removed)
            return await IsRemovedAsync(request, removed, incident, cancellationToken);
        var named = request.Sha256 is { } sha256 && report?.Clip?.Sha256 == sha256;
        var known = request.Sha256 is null ? null : await db.Clips.AsNoTracking().SingleOrDefaultAsync(c => c.Sha256 == request.Sha256, cancellationToken);
        // Only for who has it named: else any digest that somebody saw would be a way to what it belongs to.
        if (known is { Held: true } && (named || access.Device is not null) && await store.HoldsAsync(known.Sha256, known.SizeBytes, cancellationToken))
            return await IsHereAsync(request, known, incident, cancellationToken);

        var owner = access.Owner;
        var before = request.Sha256 is null ? null : await db.ClipUploads.AsNoTracking()
            .Where(u => u.ReportUuid == reportUuid && u.Sha256 == request.Sha256 && u.Length == length && u.Owner == owner && u.FinishedAt == null)
            .OrderBy(u => u.Id).FirstOrDefaultAsync(cancellationToken);
        if (before is not null) return new ClipProgress(before.UploadUuid, reportUuid, before.Received, length, Created: false);

        if (!await mediator.Send(new FindClipRoom(), cancellationToken))
            throw new Problem(507, "disk_full", "There is no more room for clips here. The report itself is kept.");
        var upload = Begun(request, incident);
        await db.SaveChangesAsync(cancellationToken);
        return new ClipProgress(upload.UploadUuid, reportUuid, 0, length, Created: true);
    }

    /// <summary>R12: the same content is not sent at all.</summary>
    private async Task<ClipProgress> IsHereAsync(BeginClip request, StoredClip known, Incident? incident, CancellationToken cancellationToken)
    {
        if (known.SizeBytes != request.Length) throw OtherLength();
        var upload = Begun(request, incident);
        (upload.Received, upload.FinishedAt) = (upload.Length, upload.TouchedAt);
        await db.SaveChangesAsync(cancellationToken);
        if (incident is not null)
            await mediator.Publish(new ClipStored(upload.ReportUuid, incident.MergedInto ?? incident.ClientUuid, incident.RaceUuid, known.Sha256), cancellationToken);
        return new ClipProgress(upload.UploadUuid, upload.ReportUuid, upload.Length, upload.Length, Created: true);
    }

    /// <summary>
    /// It was here and went by the rule: a device has nothing to send, for good, and is told so as of any clip that is here; it
    /// does not come back by what is sent again (R2). A person who means to bring it is told why not.
    /// </summary>
    private async Task<ClipProgress> IsRemovedAsync(BeginClip request, RemovedClip removed, Incident? incident, CancellationToken cancellationToken)
    {
        if (access.Device is null)
            throw Problem.Conflict("clip_removed", "This clip went by the competition's rule and does not come back to this report. Add a report of your own with it.");
        if (removed.SizeBytes != request.Length) throw OtherLength();
        var upload = Begun(request, incident);
        (upload.Received, upload.FinishedAt) = (upload.Length, upload.TouchedAt);
        await db.SaveChangesAsync(cancellationToken);
        return new ClipProgress(upload.UploadUuid, upload.ReportUuid, upload.Length, upload.Length, Created: true);
    }

    private static Problem OtherLength() => Problem.Validation("upload_length", "The clip with this SHA-256 has another length.");

    private ClipUpload Begun(BeginClip request, Incident? incident)
    {
        var upload = new ClipUpload
        {
            UploadUuid = Uuids.New(time), ReportUuid = request.ReportUuid!.Value, CompetitionUuid = incident?.CompetitionUuid, Owner = access.Owner, Sha256 = request.Sha256,
            Length = request.Length!.Value, TouchedAt = time.GetUtcNow(),
        };
        db.ClipUploads.Add(upload);
        return upload;
    }
}
