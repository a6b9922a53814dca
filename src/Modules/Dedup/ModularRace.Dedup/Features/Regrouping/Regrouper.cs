using MediatR;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;

namespace ModularRace.Dedup.Features.Regrouping;

/// <summary>
/// Works the groups around some incidents out anew (R4), tells Incidents which stands for which, and brings the merge log
/// and the conflicts between incidents up to date. Called under the lock of the race.
/// </summary>
internal sealed class Regrouper(DedupDbContext db, IMediator mediator, MergeLog log, DecisionClashes clashes)
{
    public async Task AroundAsync(IReadOnlyCollection<Guid> incidents, CancellationToken cancellationToken)
    {
        var around = new Neighbourhood(db);
        await around.ReachAsync(incidents, cancellationToken);
        if (around.Members.Count == 0) return;

        var input = await RuleInput.ReadAsync(db, around.Members.Values, around.Observations, around.Said.Values, cancellationToken);
        var groups = DuplicateRule.Group(input.Candidates, input.Said);

        var changed = new Dictionary<Guid, Guid>();
        foreach (var (uuid, standsFor) in groups.StandsFor)
        {
            if (around.Members[uuid].StandsFor == standsFor) continue;
            around.Members[uuid].StandsFor = changed[uuid] = standsFor;
        }

        await log.WriteAsync(around, groups, cancellationToken);
        await clashes.WriteAsync(around, groups, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        if (changed.Count > 0) await mediator.Send(new SetIncidentGroups(changed), cancellationToken);
        await mediator.Publish(new Regrouped([.. around.Members.Keys], input.HeldOut), cancellationToken);
    }
}

/// <summary>Said when the groups around these incidents are as they shall be, in the same transaction and under the same lock.</summary>
/// <param name="Incidents">All that were looked at.</param>
/// <param name="HeldOut">Of these and their reports the ones that take no part while a conflict over them is open.</param>
internal sealed record Regrouped(IReadOnlyCollection<Guid> Incidents, IReadOnlySet<Guid> HeldOut) : INotification;
