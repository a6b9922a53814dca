using MediatR;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Features.Deciding;

/// <summary>Makes an incident official, and with it all that it is shown with. Again: unchanged.</summary>
internal sealed record OfficializeIncident(Guid IncidentUuid) : ICommand<IncidentView>;

internal sealed class OfficializeIncidentHandler(IncidentsDbContext db, IncidentChanges changes, IMediator mediator, ICurrentActor current, ISystemIdentity system)
    : IRequestHandler<OfficializeIncident, IncidentView>
{
    public async Task<IncidentView> Handle(OfficializeIncident request, CancellationToken cancellationToken)
    {
        var group = await changes.LockGroupAsync(request.IncidentUuid, cancellationToken);
        var standing = group.Standing;
        current.RequireDeciding(system, standing.CompetitionUuid);
        await mediator.Publish(new DecidingOnIncident(standing.ClientUuid, standing.CompetitionUuid), cancellationToken);

        // R6: a group that is official already keeps its earlier time; this writes it to those that joined since.
        var edit = changes.Begin(standing.CompetitionUuid);
        var (at, by) = group.Official is { } official ? (official.OfficializedAt, official.OfficializedBy) : (edit.At, edit.By);
        foreach (var member in group.Members.Where(m => !m.IsOfficial))
            edit.Change(member, m =>
            {
                m.Status = Statuses.Official;
                m.OfficializedAt = at;
                m.OfficializedBy = by;
            });
        await changes.SaveAsync(edit, cancellationToken);
        return (await db.ReadIncidentAsync(standing.ClientUuid, cancellationToken))!;
    }
}
