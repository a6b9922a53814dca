using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Identifiers;

namespace ModularRace.Dedup.Features.Review;

/// <summary>
/// How well the rule did. The groups are the rule's own word, so that they are not asked: every two observations are compared
/// anew, without fingerprints and buckets.
/// </summary>
internal sealed class MeasureDuplicatesHandler(DedupDbContext db) : IRequestHandler<MeasureDuplicates, DuplicateFigures>
{
    public async Task<DuplicateFigures> Handle(MeasureDuplicates request, CancellationToken cancellationToken)
    {
        var members = Scope(request);
        var standing = await members.CountAsync(m => m.StandsFor == m.IncidentUuid && !m.Withdrawn, cancellationToken);
        var near = await NearAsync(request, cancellationToken);
        var said = await SaidAsync(members, cancellationToken);
        var apart = said.Where(s => s.Kind == "apart").Select(s => (s.LowerUuid, s.HigherUuid)).ToHashSet();
        var ruleJoined = (await db.Merges.AsNoTracking().Where(m => m.By == "rule" && members.Any(i => i.IncidentUuid == m.LowerUuid)).Select(m => new { m.LowerUuid, m.HigherUuid }).ToListAsync(cancellationToken))
            .Select(m => (m.LowerUuid, m.HigherUuid)).ToHashSet();
        var chains = new Chains(near);
        return new DuplicateFigures(
            standing,
            await CountTwinsAsync(near, apart, cancellationToken),
            said.Count(s => s.Kind == "together" && !chains.Connect(s.LowerUuid, s.HigherUuid)),
            ruleJoined.Count(apart.Contains),
            await InConflictAsync(members, cancellationToken));
    }

    private IQueryable<GroupMember> Scope(MeasureDuplicates request) => db.Members.AsNoTracking().Where(m =>
        (request.CompetitionUuid == null || m.CompetitionUuid == request.CompetitionUuid) && !request.Except.Contains(m.CompetitionUuid)
        && (request.From == null || m.OccurredAt >= request.From) && (request.To == null || m.OccurredAt < request.To));

    /// <summary>Every two incidents of which an observation each lies within the window (R4), one of them in scope.</summary>
    private async Task<List<NearPair>> NearAsync(MeasureDuplicates request, CancellationToken cancellationToken)
    {
        var except = request.Except.ToArray();
        return await db.Database.SqlQuery<NearPair>(
            $"""
             SELECT DISTINCT a.incident_uuid AS first, b.incident_uuid AS second, ma.stands_for AS first_stands_for, mb.stands_for AS second_stands_for
             FROM dedup.observations a
             JOIN dedup.group_members ma ON ma.incident_uuid = a.incident_uuid
             JOIN dedup.observations b ON b.race_uuid = a.race_uuid AND b.location_uuid = a.location_uuid AND b.bib_number = a.bib_number
                 AND b.incident_uuid <> a.incident_uuid
                 AND b.occurred_at BETWEEN a.occurred_at - interval '30 seconds' AND a.occurred_at + interval '30 seconds'
             JOIN dedup.group_members mb ON mb.incident_uuid = b.incident_uuid
             WHERE a.uncertainty_ms BETWEEN 0 AND 30000 AND b.uncertainty_ms BETWEEN 0 AND 30000
                 AND ({request.CompetitionUuid}::uuid IS NULL OR ma.competition_uuid = {request.CompetitionUuid}) AND NOT ma.competition_uuid = ANY({except})
                 AND ({request.From}::timestamptz IS NULL OR ma.occurred_at >= {request.From}) AND ({request.To}::timestamptz IS NULL OR ma.occurred_at < {request.To})
             """).ToListAsync(cancellationToken);
    }

    /// <summary>R5: for a pair the latest in corrected time holds, then the higher UUID.</summary>
    private async Task<List<GroupingRow>> SaidAsync(IQueryable<GroupMember> members, CancellationToken cancellationToken) =>
        [.. (await db.Groupings.AsNoTracking().Where(g => members.Any(m => m.IncidentUuid == g.LowerUuid)).ToListAsync(cancellationToken))
            .GroupBy(g => (g.LowerUuid, g.HigherUuid))
            .Select(g => g.Aggregate((a, b) => b.SaidAt > a.SaidAt || (b.SaidAt == a.SaidAt && Uuids.CompareAsText(b.ClientUuid, a.ClientUuid) > 0) ? b : a))];

    /// <summary>Standing incidents with a twin in another group, neither told apart nor in an open conflict.</summary>
    private async Task<int> CountTwinsAsync(List<NearPair> near, HashSet<(Guid, Guid)> apart, CancellationToken cancellationToken)
    {
        var split = near.Where(p => p.FirstStandsFor != p.SecondStandsFor).ToList();
        if (split.Count == 0) return 0;
        var groups = split.SelectMany(p => new[] { p.FirstStandsFor, p.SecondStandsFor }).Distinct().ToArray();
        var members = (await db.Members.AsNoTracking().Where(m => groups.Contains(m.StandsFor)).Select(m => new { m.StandsFor, m.IncidentUuid }).ToListAsync(cancellationToken))
            .ToLookup(m => m.StandsFor, m => m.IncidentUuid);
        var incidents = members.SelectMany(m => m).ToArray();
        var reports = await db.Observations.AsNoTracking().Where(o => o.ReportUuid != null && incidents.Contains(o.IncidentUuid))
            .Select(o => new { Report = o.ReportUuid!.Value, o.IncidentUuid }).ToDictionaryAsync(o => o.Report, o => o.IncidentUuid, cancellationToken);
        var records = incidents.Concat(reports.Keys).ToArray();
        var open = await db.Conflicts.AsNoTracking().Where(c => c.ResolvedAt == null && records.Contains(c.RecordUuid)).Select(c => new { c.RecordUuid, c.OtherRecordUuid }).ToListAsync(cancellationToken);
        var alone = open.Where(c => c.OtherRecordUuid == null).Select(c => reports.GetValueOrDefault(c.RecordUuid, c.RecordUuid)).ToHashSet();
        var between = open.Where(c => c.OtherRecordUuid != null).Select(c => DuplicateRule.Ordered(c.RecordUuid, c.OtherRecordUuid!.Value)).ToHashSet();
        var twins = new HashSet<Guid>();
        foreach (var pair in split.Where(p => !alone.Contains(p.First) && !alone.Contains(p.Second)))
        {
            var across = members[pair.FirstStandsFor].SelectMany(_ => members[pair.SecondStandsFor], DuplicateRule.Ordered);
            if (across.Any(p => apart.Contains(p) || between.Contains(p))) continue;
            twins.Add(pair.FirstStandsFor);
        }

        return twins.Count;
    }

    /// <summary>Incidents over which, over a report of which, or between which and another, there ever was a conflict.</summary>
    private async Task<IReadOnlyList<Guid>> InConflictAsync(IQueryable<GroupMember> members, CancellationToken cancellationToken) =>
        await members.Where(m => db.Conflicts.Any(c => c.RecordUuid == m.IncidentUuid || c.OtherRecordUuid == m.IncidentUuid)
                || db.Observations.Any(o => o.IncidentUuid == m.IncidentUuid && o.ReportUuid != null && db.Conflicts.Any(c => c.RecordUuid == o.ReportUuid)))
            .Select(m => m.IncidentUuid).ToListAsync(cancellationToken);

    internal sealed record NearPair(Guid First, Guid Second, Guid FirstStandsFor, Guid SecondStandsFor);

    /// <summary>What near pairs alone would join.</summary>
    private sealed class Chains
    {
        private readonly Dictionary<Guid, Guid> above = [];

        public Chains(List<NearPair> near)
        {
            foreach (var pair in near) above[Top(pair.First)] = Top(pair.Second);
        }

        public bool Connect(Guid a, Guid b) => Top(a) == Top(b);

        private Guid Top(Guid incident)
        {
            while (above.TryGetValue(incident, out var next) && next != incident) incident = next;
            return incident;
        }
    }
}
