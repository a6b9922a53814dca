using System.Text.Json.Nodes;
using MediatR;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Validation;

namespace ModularRace.Incidents.Features.Editing;

/// <summary>Corrects an incident: a JSON merge patch, in which absent means unchanged.</summary>
/// <param name="IncidentUuid">The incident; an alias leads to the one that stands.</param>
/// <param name="Patch"><c>bib_number, race_location_uuid, occurred_at</c> (corrected, as answers have it)<c>, description, penalty_code</c>; others are ignored.</param>
/// <param name="IfMatch">The header; null: not given.</param>
internal sealed record EditIncident(Guid IncidentUuid, JsonObject Patch, string? IfMatch = null) : ICommand<IncidentView>;

internal sealed class EditIncidentHandler(IncidentsDbContext db, IncidentChanges changes, IMediator mediator, ICurrentActor current, ISystemIdentity system)
    : IRequestHandler<EditIncident, IncidentView>
{
    public async Task<IncidentView> Handle(EditIncident request, CancellationToken cancellationToken)
    {
        var patch = new RecordReader(request.Patch);
        var bib = (int?)patch.Integer("bib_number", IncidentRules.LowestBib, IncidentRules.HighestBib);
        var location = patch.Uuid("race_location_uuid");
        var at = patch.Time("occurred_at", required: request.Patch.ContainsKey("occurred_at"));
        var description = patch.Text("description", Texts.Note);
        var penaltyCode = patch.Text("penalty_code", IncidentRules.PenaltyCode);
        if (patch.Error is { } wrong) throw Problem.Validation(wrong.Field!, wrong.Message);

        var group = await changes.LockGroupAsync(request.IncidentUuid, cancellationToken);
        var incident = group.Standing;
        current.RequireEditing(system, incident.CompetitionUuid, [.. group.Reports.Where(r => !r.IsWithdrawn)]);
        Preconditions.Require(request.IfMatch, incident.Revision);

        var edit = changes.Begin(incident.CompetitionUuid);
        IncidentRules.RequireNotAhead(at, edit.Now);
        var saidLocation = incident.SaidRaceLocationUuid;
        if (location != incident.RaceLocationUuid)
        {
            location = await IncidentRules.RequireLocationAsync(mediator, incident.RaceUuid, location, cancellationToken);
            saidLocation = await changes.SayAsync(incident, location, cancellationToken);
        }

        if (request.Patch.ContainsKey("penalty_code") && penaltyCode != incident.PenaltyCode && group.Decided is not null)
            throw Problem.Validation("penalty_code", "It is part of the decision: decide anew to change it.");

        // The sole report says when it was: one thing with the incident, so that both move.
        var sole = at is not null && at != incident.OccurredAt && group.ReportsOf(incident).Where(r => !r.IsWithdrawn).ToList() is [var only]
            && only.At.SameContent(incident.At) ? only : null;
        edit.Change(incident, i =>
        {
            if (request.Patch.ContainsKey("bib_number")) i.BibNumber = bib;
            if (request.Patch.ContainsKey("race_location_uuid")) (i.RaceLocationUuid, i.SaidRaceLocationUuid) = (location, saidLocation);
            if (at is not null && at != i.OccurredAt) i.At = Moment.Corrected(edit.Now, at.Value);
            if (request.Patch.ContainsKey("description")) i.Description = description;
            if (request.Patch.ContainsKey("penalty_code")) i.PenaltyCode = penaltyCode;
        });
        if (sole is not null) edit.Change(sole, r => r.At = incident.At);
        // The group shows the description of its earliest member: that is the one that the person saw and corrected.
        if (request.Patch.ContainsKey("description") && group.Earliest != incident) edit.Change(group.Earliest, i => i.Description = description);
        await changes.SaveAsync(edit, cancellationToken);
        return (await db.ReadIncidentAsync(incident.ClientUuid, cancellationToken))!;
    }
}
