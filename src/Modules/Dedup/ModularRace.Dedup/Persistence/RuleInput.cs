using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Domain;

namespace ModularRace.Dedup.Persistence;

/// <summary>What is kept of incidents, as the duplicate rule takes it.</summary>
/// <param name="HeldOut">R4: records in an open conflict over race, location, bib, time or decision, which take no part until it is resolved.</param>
internal sealed record RuleInput(IReadOnlyList<Candidate> Candidates, IReadOnlyList<Said> Said, IReadOnlySet<Guid> HeldOut)
{
    public static async Task<RuleInput> ReadAsync(
        DedupDbContext db, IReadOnlyCollection<GroupMember> members, IReadOnlyCollection<ObservationRow> observations, IEnumerable<GroupingRow> said, CancellationToken cancellationToken)
    {
        var races = members.ToDictionary(m => m.IncidentUuid, m => m.RaceUuid);
        var held = await HeldOutAsync(db, members, observations, cancellationToken);
        var seen = observations.Where(o => o.ReportUuid is not { } report || !held.Contains(report)).ToLookup(o => o.IncidentUuid);
        return new RuleInput(
            [.. members.Select(m => new Candidate(
                m.IncidentUuid, m.Origin == "cloud", m.OccurredAt, m.DecidedAs, !held.Contains(m.IncidentUuid), m.Withdrawn, [.. seen[m.IncidentUuid].Select(o => o.ToObservation())]))],
            // What was put together while two races were one is apart with them.
            [.. said.Where(g => !races.TryGetValue(g.LowerUuid, out var one) || !races.TryGetValue(g.HigherUuid, out var other) || one == other).Select(g => new Said(g.LowerUuid, g.HigherUuid, g.Kind == "together", g.SaidBy))],
            held);
    }

    private static async Task<HashSet<Guid>> HeldOutAsync(
        DedupDbContext db, IReadOnlyCollection<GroupMember> members, IReadOnlyCollection<ObservationRow> observations, CancellationToken cancellationToken)
    {
        var records = members.Select(m => m.IncidentUuid).Concat(observations.Where(o => o.ReportUuid is not null).Select(o => o.ReportUuid!.Value)).Distinct().ToArray();
        var open = await db.Conflicts.AsNoTracking()
            .Where(c => c.ResolvedAt == null && c.OtherRecordUuid == null && records.Contains(c.RecordUuid))
            .Select(c => new { c.RecordUuid, c.DifferingFields }).ToListAsync(cancellationToken);
        return [.. open.Where(c => FieldValues.KeepsOut(c.DifferingFields)).Select(c => c.RecordUuid)];
    }
}
