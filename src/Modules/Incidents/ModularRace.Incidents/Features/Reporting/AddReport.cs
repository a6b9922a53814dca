using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Validation;

namespace ModularRace.Incidents.Features.Reporting;

/// <summary>Another person's observation of a known incident.</summary>
/// <param name="BibNumber">1 to 9999; absent: the incident's.</param>
/// <param name="RaceLocationUuid">One of the race's locations; absent: the incident's.</param>
/// <param name="AthletePosition">Which of a team's athletes, 1 to 4.</param>
/// <param name="Description">Up to 4,000 characters.</param>
/// <param name="ReporterName">Up to 200 characters.</param>
/// <param name="OccurredAt">This system's own time of it; absent: the incident's time.</param>
/// <param name="ReportUuid">The report's identity: the same again is answered again, and nothing is made.</param>
/// <param name="PenaltyCode">A proposal, up to 200 characters.</param>
internal sealed record AddReport(
    int? BibNumber = null, Guid? RaceLocationUuid = null, int? AthletePosition = null, string? Description = null, string? ReporterName = null,
    DateTimeOffset? OccurredAt = null, Guid? ReportUuid = null, string? PenaltyCode = null) : ICommand<AddReportResult>
{
    /// <summary>From the path; an alias leads to the one that stands.</summary>
    [JsonIgnore]
    public Guid IncidentUuid { get; init; }
}

/// <param name="Created">False: this report was here already.</param>
internal sealed record AddReportResult(bool Created, ReportView Report);

internal sealed class AddReportValidator : AbstractValidator<AddReport>
{
    public AddReportValidator()
    {
        RuleFor(r => r.BibNumber).IsBib();
        RuleFor(r => r.RaceLocationUuid).IsIdentity();
        RuleFor(r => r.AthletePosition).IsAthletePosition();
        RuleFor(r => r.Description).IsText(Texts.Note);
        RuleFor(r => r.ReporterName).IsText(Texts.Name);
        RuleFor(r => r.PenaltyCode).IsText(IncidentRules.PenaltyCode);
        RuleFor(r => r.ReportUuid).IsIdentity();
    }
}

internal sealed class AddReportHandler(IncidentsDbContext db, IncidentChanges changes, IMediator mediator, ICurrentActor current, TimeProvider time)
    : IRequestHandler<AddReport, AddReportResult>
{
    public async Task<AddReportResult> Handle(AddReport request, CancellationToken cancellationToken)
    {
        var incident = (await changes.LockGroupAsync(request.IncidentUuid, cancellationToken)).Standing;
        current.RequireReporting(incident.CompetitionUuid);
        var reportUuid = request.ReportUuid ?? Uuids.New(time);
        if (await FindAsync(reportUuid, cancellationToken) is { } known) return new AddReportResult(Created: false, known);

        var edit = changes.Begin(incident.CompetitionUuid);
        IncidentRules.RequireNotAhead(request.OccurredAt, edit.Now);
        var location = await IncidentRules.RequireLocationAsync(mediator, incident.RaceUuid, request.RaceLocationUuid, cancellationToken);
        var report = new Report
        {
            ClientUuid = reportUuid, IncidentUuid = incident.ClientUuid, BibNumber = request.BibNumber, RaceLocationUuid = location,
            SaidRaceLocationUuid = await changes.SayAsync(incident, location, cancellationToken),
            AthletePosition = request.AthletePosition, ReporterName = request.ReporterName, ReportedBy = edit.By, Description = request.Description,
            PenaltyCode = request.PenaltyCode,
            // A note written an hour later is about the incident's time: taken for "now" it would be an observation of then,
            // and draw another incident in.
            At = request.OccurredAt is { } own ? Moment.Here(edit.Now, own) : incident.At,
            Revision = Revision.First(), Origin = edit.Origin, CreatedAt = edit.Written, UpdatedAt = edit.Written,
        };
        db.Add(report);
        edit.Made(report);
        await changes.SaveAsync(edit, cancellationToken);
        return new AddReportResult(Created: true, (await FindAsync(reportUuid, cancellationToken))!);
    }

    private async Task<ReportView?> FindAsync(Guid reportUuid, CancellationToken cancellationToken)
    {
        var found = await db.Reports.AsNoTracking().SingleOrDefaultAsync(r => r.ClientUuid == reportUuid, cancellationToken);
        if (found is null) return null;
        var incident = await db.Incidents.AsNoTracking().SingleAsync(i => i.ClientUuid == found.IncidentUuid, cancellationToken);
        current.RequireReporting(incident.CompetitionUuid);
        return ReportView.Of(found, incident, await db.ReadClipsAsync([found], cancellationToken));
    }
}
