using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Validation;

namespace ModularRace.Incidents.Features.Editing;

/// <summary>
/// Corrects a report: a JSON merge patch. Another bib, location or time moves the incident with its sole report; of one
/// among several it gives the report an incident of its own.
/// </summary>
/// <param name="ReportUuid">The report.</param>
/// <param name="Patch"><c>bib_number, race_location_uuid, occurred_at</c> (corrected, as answers have it)<c>, athlete_position, reporter_name, description,
/// penalty_code</c>; others are ignored. A bib or location of null is the incident's.</param>
/// <param name="IfMatch">The header; null: not given.</param>
internal sealed record EditReport(Guid ReportUuid, JsonObject Patch, string? IfMatch = null) : ICommand<ReportView>;

internal sealed class EditReportHandler(IncidentsDbContext db, IncidentChanges changes, IMediator mediator, ICurrentActor current, ISystemIdentity system)
    : IRequestHandler<EditReport, ReportView>
{
    public async Task<ReportView> Handle(EditReport request, CancellationToken cancellationToken)
    {
        var patch = new RecordReader(request.Patch);
        var bib = (int?)patch.Integer("bib_number", IncidentRules.LowestBib, IncidentRules.HighestBib);
        var location = patch.Uuid("race_location_uuid");
        var at = patch.Time("occurred_at", required: request.Patch.ContainsKey("occurred_at"));
        var position = (int?)patch.Integer("athlete_position", 1, IncidentRules.MostAthletes);
        var reporter = patch.Text("reporter_name", Texts.Name);
        var description = patch.Text("description", Texts.Note);
        var penaltyCode = patch.Text("penalty_code", IncidentRules.PenaltyCode);
        if (patch.Error is { } wrong) throw Problem.Validation(wrong.Field!, wrong.Message);

        var (group, report) = await changes.LockReportAsync(request.ReportUuid, cancellationToken);
        var incident = group.Members.Single(m => m.ClientUuid == report.IncidentUuid);
        current.RequireEditing(system, incident.CompetitionUuid, [report]);
        Preconditions.Require(request.IfMatch, report.Revision);

        var edit = changes.Begin(incident.CompetitionUuid);
        IncidentRules.RequireNotAhead(at, edit.Now);
        if (location is not null && location != report.RaceLocationUuid)
            location = await IncidentRules.RequireLocationAsync(mediator, incident.RaceUuid, location, cancellationToken);

        var was = (Bib: report.BibNumber ?? incident.BibNumber, Location: report.RaceLocationUuid ?? incident.RaceLocationUuid, report.OccurredAt);
        var becomes = (
            Bib: request.Patch.ContainsKey("bib_number") ? bib ?? incident.BibNumber : was.Bib,
            Location: request.Patch.ContainsKey("race_location_uuid") ? location ?? incident.RaceLocationUuid : was.Location,
            OccurredAt: at ?? was.OccurredAt);
        var saidLocation = becomes.Location == was.Location ? report.SaidRaceLocationUuid ?? incident.SaidRaceLocationUuid : await changes.SayAsync(incident, becomes.Location, cancellationToken);
        var moment = becomes.OccurredAt == was.OccurredAt ? report.At : Moment.Corrected(edit.Now, becomes.OccurredAt);
        var sole = !report.IsWithdrawn && group.ReportsOf(incident).Count(r => !r.IsWithdrawn) == 1;
        if (becomes != was && sole)
            edit.Change(incident, i =>
            {
                // Only what was corrected moves: the incident may have been corrected itself in the rest.
                if (becomes.Bib != was.Bib) i.BibNumber = becomes.Bib;
                if (becomes.Location != was.Location) (i.RaceLocationUuid, i.SaidRaceLocationUuid) = (becomes.Location, saidLocation);
                if (becomes.OccurredAt != was.OccurredAt) i.At = moment;
            });
        else if (becomes != was && !report.IsWithdrawn)
            incident = await changes.MakeOwnAsync(
                edit, await OwnIncidentAsync(report, cancellationToken), incident, report, becomes.Bib, becomes.Location, moment, description ?? report.Description, cancellationToken);

        edit.Change(report, r =>
        {
            r.IncidentUuid = incident.ClientUuid;
            r.BibNumber = becomes.Bib == incident.BibNumber ? null : becomes.Bib;
            (r.RaceLocationUuid, r.SaidRaceLocationUuid) = becomes.Location == incident.RaceLocationUuid ? (null, null) : (becomes.Location, saidLocation);
            r.At = moment;
            if (request.Patch.ContainsKey("athlete_position")) r.AthletePosition = position;
            if (request.Patch.ContainsKey("reporter_name")) r.ReporterName = reporter;
            if (request.Patch.ContainsKey("description")) r.Description = description;
            if (request.Patch.ContainsKey("penalty_code")) r.PenaltyCode = penaltyCode;
        });
        await changes.SaveAsync(edit, cancellationToken);
        return ReportView.Of(report, incident, await db.ReadClipsAsync([report], cancellationToken));
    }

    /// <summary>R3: its UUID follows from the report's, so that two systems which make the same correction make one incident.</summary>
    private async Task<Guid> OwnIncidentAsync(Report report, CancellationToken cancellationToken)
    {
        var uuid = Uuids.Named(report.ClientUuid, "incident");
        while (await db.Incidents.AnyAsync(i => i.ClientUuid == uuid, cancellationToken)) uuid = Uuids.Named(uuid, "incident");
        return uuid;
    }
}
