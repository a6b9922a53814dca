using MediatR;
using Microsoft.EntityFrameworkCore;
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

        var held = await HeldOutAsync(around, cancellationToken);
        var observations = around.Observations.Where(o => o.ReportUuid is not { } report || !held.Contains(report)).ToLookup(o => o.IncidentUuid);
        var candidates = around.Members.Values.Select(m => new Candidate(
            m.IncidentUuid, m.Origin == "cloud", m.OccurredAt, m.DecidedAs, !held.Contains(m.IncidentUuid), m.Withdrawn,
            [.. observations[m.IncidentUuid].Select(o => o.ToObservation())])).ToList();
        var said = around.Said.Values.Select(g => new Said(g.LowerUuid, g.HigherUuid, g.Kind == "together", g.SaidBy)).ToList();
        var groups = DuplicateRule.Group(candidates, said);

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
        await mediator.Publish(new Regrouped([.. around.Members.Keys], held), cancellationToken);
    }

    /// <summary>R4: records in an open conflict over race, location, bib, time or decision, which take no part until it is resolved.</summary>
    private async Task<HashSet<Guid>> HeldOutAsync(Neighbourhood around, CancellationToken cancellationToken)
    {
        var records = around.Members.Keys.Concat(around.Observations.Where(o => o.ReportUuid is not null).Select(o => o.ReportUuid!.Value)).Distinct().ToArray();
        var open = await db.Conflicts.AsNoTracking()
            .Where(c => c.ResolvedAt == null && c.OtherRecordUuid == null && records.Contains(c.RecordUuid))
            .Select(c => new { c.RecordUuid, c.DifferingFields }).ToListAsync(cancellationToken);
        return [.. open.Where(c => FieldValues.KeepsOut(c.DifferingFields)).Select(c => c.RecordUuid)];
    }
}

/// <summary>Said when the groups around these incidents are as they shall be, in the same transaction and under the same lock.</summary>
/// <param name="Incidents">All that were looked at.</param>
/// <param name="HeldOut">Of these and their reports the ones that take no part while a conflict over them is open.</param>
internal sealed record Regrouped(IReadOnlyCollection<Guid> Incidents, IReadOnlySet<Guid> HeldOut) : INotification;
