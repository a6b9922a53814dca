using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;

namespace ModularRace.Incidents.Features.Reporting;

/// <summary>A person saw something: makes an incident with its first report.</summary>
/// <param name="RaceUuid">The race.</param>
/// <param name="RaceLocationUuid">One of the race's locations; null: not said.</param>
/// <param name="BibNumber">1 to 9999, on the start list or not; null: not read.</param>
/// <param name="AthletePosition">Which of a team's athletes, 1 to 4.</param>
/// <param name="OccurredAt">This system's own time of it; absent: now.</param>
/// <param name="Description">Up to 4,000 characters.</param>
/// <param name="PenaltyCode">A proposal, up to 200 characters.</param>
/// <param name="ReporterName">Up to 200 characters.</param>
/// <param name="ClientUuid">The incident's identity; absent: made here.</param>
/// <param name="ReportUuid">The report's identity: the same again is answered again, and nothing is made.</param>
internal sealed record ReportIncident(
    Guid RaceUuid, Guid? RaceLocationUuid = null, int? BibNumber = null, int? AthletePosition = null, DateTimeOffset? OccurredAt = null, string? Description = null,
    string? PenaltyCode = null, string? ReporterName = null, Guid? ClientUuid = null, Guid? ReportUuid = null) : ICommand<ReportIncidentResult>;

/// <param name="Created">False: this report was here already.</param>
internal sealed record ReportIncidentResult(bool Created, ReportedIncident Answer);

/// <param name="Incident">The incident that stands, with all its reports.</param>
/// <param name="Report">The report as it was stored.</param>
/// <param name="Matched">The duplicate rule has it in one group with another incident.</param>
internal sealed record ReportedIncident(IncidentView Incident, ReportView Report, bool Matched)
{
    public static ReportedIncident Of(IncidentView incident, Guid reportUuid) =>
        new(incident, incident.Reports.Single(r => r.ClientUuid == reportUuid), incident.MergedFrom.Count > 0);
}

internal sealed class ReportIncidentValidator : AbstractValidator<ReportIncident>
{
    public ReportIncidentValidator()
    {
        RuleFor(r => r.RaceUuid).NotEmpty().WithMessage("It is required.");
        RuleFor(r => r.RaceLocationUuid).IsIdentity();
        RuleFor(r => r.BibNumber).IsBib();
        RuleFor(r => r.AthletePosition).IsAthletePosition();
        RuleFor(r => r.Description).IsText(Texts.Note);
        RuleFor(r => r.PenaltyCode).IsText(IncidentRules.PenaltyCode);
        RuleFor(r => r.ReporterName).IsText(Texts.Name);
        RuleFor(r => r.ClientUuid).IsIdentity();
        RuleFor(r => r.ReportUuid).IsIdentity();
    }
}

internal sealed class ReportIncidentHandler(
    IncidentsDbContext db, IncidentChanges changes, IMediator mediator, ICurrentActor current, TimeProvider time)
    : IRequestHandler<ReportIncident, ReportIncidentResult>
{
    public async Task<ReportIncidentResult> Handle(ReportIncident request, CancellationToken cancellationToken)
    {
        // Two repeats at once: the second waits here, and then finds what the first has made.
        var race = await changes.LockRaceAsync(request.RaceUuid, cancellationToken) ?? throw Problem.Validation("race_uuid", "There is no such race.");
        current.RequireReporting(race.CompetitionUuid);
        // R2: who names the incident only has named its first report too.
        var reportUuid = request.ReportUuid ?? (request.ClientUuid is { } named ? Uuids.Named(named, "report") : Uuids.New(time));
        if (await FindAsync(reportUuid, cancellationToken) is { } known) return new ReportIncidentResult(Created: false, known);
        if (request.ClientUuid is { } uuid && await db.Incidents.AnyAsync(i => i.ClientUuid == uuid, cancellationToken))
            throw Problem.Conflict("uuid_exists", "There is an incident with this client_uuid already. Add a report to it, or leave client_uuid out.");

        var edit = changes.Begin(race.CompetitionUuid);
        IncidentRules.RequireNotAhead(request.OccurredAt, edit.Now);
        var location = await IncidentRules.RequireLocationAsync(mediator, race.ClientUuid, request.RaceLocationUuid, cancellationToken);

        var incident = new Incident
        {
            ClientUuid = request.ClientUuid ?? Uuids.New(time), CompetitionUuid = race.CompetitionUuid, RaceUuid = race.ClientUuid,
            Number = await changes.TakeNumbersAsync(race.CompetitionUuid, 1, cancellationToken),
            RaceLocationUuid = location, BibNumber = request.BibNumber, At = Moment.Here(edit.Now, request.OccurredAt),
            PenaltyCode = request.PenaltyCode, Description = request.Description,
            Revision = Revision.First(), Origin = edit.Origin, CreatedAt = edit.Written, UpdatedAt = edit.Written,
        };
        var report = new Report
        {
            ClientUuid = reportUuid, IncidentUuid = incident.ClientUuid, AthletePosition = request.AthletePosition, ReporterName = request.ReporterName,
            ReportedBy = edit.By, Description = request.Description, PenaltyCode = request.PenaltyCode, At = incident.At,
            Revision = Revision.First(), Origin = edit.Origin, CreatedAt = edit.Written, UpdatedAt = edit.Written,
        };
        db.Add(incident);
        db.Add(report);
        edit.Made(incident);
        edit.Made(report);
        await changes.SaveAsync(edit, cancellationToken);

        // Read anew: the duplicate rule has had its say.
        return new ReportIncidentResult(Created: true, ReportedIncident.Of((await db.ReadIncidentAsync(incident.ClientUuid, cancellationToken))!, reportUuid));
    }

    private async Task<ReportedIncident?> FindAsync(Guid reportUuid, CancellationToken cancellationToken)
    {
        var incident = await db.Reports.Where(r => r.ClientUuid == reportUuid).Select(r => (Guid?)r.IncidentUuid).SingleOrDefaultAsync(cancellationToken);
        if (incident is null) return null;
        var view = (await db.ReadIncidentAsync(incident.Value, cancellationToken))!;
        current.RequireReporting(view.CompetitionUuid);
        return ReportedIncident.Of(view, reportUuid);
    }
}
