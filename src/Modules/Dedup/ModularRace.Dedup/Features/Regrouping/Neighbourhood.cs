using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;

namespace ModularRace.Dedup.Features.Regrouping;

/// <summary>
/// Everything that the groups around some incidents depend on: who is in a group with them, who lies near, who was put
/// together with them, and so on until nobody is added. What lies outside cannot change their groups, and they not its, so
/// that the cost of the rule does not grow with the table.
/// </summary>
internal sealed class Neighbourhood(DedupDbContext db)
{
    public Dictionary<Guid, GroupMember> Members { get; } = [];

    public List<ObservationRow> Observations { get; } = [];

    public Dictionary<(Guid Lower, Guid Higher), GroupingRow> Said { get; } = [];

    public async Task ReachAsync(IReadOnlyCollection<Guid> incidents, CancellationToken cancellationToken)
    {
        var frontier = incidents.ToHashSet();
        while (frontier.Count > 0)
        {
            var reached = await ReachGroupsAsync(frontier, cancellationToken);
            if (reached.Count == 0) return;
            var near = await ReadNearAsync(reached, cancellationToken);
            frontier = await ReadPutTogetherAsync(reached, cancellationToken);
            frontier.UnionWith(near);
            frontier.ExceptWith(Members.Keys);
        }
    }

    /// <summary>Adds the incidents with all who were in a group with them, and their observations; returns who is new.</summary>
    private async Task<HashSet<Guid>> ReachGroupsAsync(HashSet<Guid> incidents, CancellationToken cancellationToken)
    {
        var asked = incidents.ToArray();
        var groups = await db.Members.Where(m => asked.Contains(m.IncidentUuid)).Select(m => m.StandsFor).Distinct().ToArrayAsync(cancellationToken);
        var members = await db.Members.Where(m => groups.Contains(m.StandsFor) || asked.Contains(m.IncidentUuid)).ToListAsync(cancellationToken);
        var reached = new HashSet<Guid>();
        foreach (var member in members.Where(m => Members.TryAdd(m.IncidentUuid, m))) reached.Add(member.IncidentUuid);
        var uuids = reached.ToArray();
        Observations.AddRange(await db.Observations.AsNoTracking().Where(o => uuids.Contains(o.IncidentUuid)).ToListAsync(cancellationToken));
        return reached;
    }

    private async Task<HashSet<Guid>> ReadNearAsync(HashSet<Guid> reached, CancellationToken cancellationToken)
    {
        var seen = Observations.Where(o => o.Fingerprint is not null && reached.Contains(o.IncidentUuid)).ToList();
        var prints = new HashSet<byte[]>(Fingerprints.Instance);
        foreach (var o in seen)
            for (var step = -1; step <= 1; step++)
                prints.Add(Fingerprint.Of(o.RaceUuid, o.LocationUuid!.Value, o.BibNumber!.Value, Fingerprint.Bucket(o.OccurredAt) + step));
        if (prints.Count == 0) return [];

        var buckets = prints.ToArray();
        var candidates = await db.Observations.AsNoTracking().Where(o => buckets.Contains(o.Fingerprint))
            .Select(o => new { o.IncidentUuid, o.RaceUuid, o.LocationUuid, o.BibNumber, o.OccurredAt }).ToListAsync(cancellationToken);
        var byPlace = seen.ToLookup(o => (o.RaceUuid, o.LocationUuid, o.BibNumber), o => o.OccurredAt);
        return [.. candidates
            .Where(c => !Members.ContainsKey(c.IncidentUuid)
                && byPlace[(c.RaceUuid, c.LocationUuid, c.BibNumber)].Any(at => Math.Abs((at - c.OccurredAt).TotalMilliseconds) <= DuplicateRule.WindowMs))
            .Select(c => c.IncidentUuid)];
    }

    private async Task<HashSet<Guid>> ReadPutTogetherAsync(HashSet<Guid> reached, CancellationToken cancellationToken)
    {
        var uuids = reached.ToArray();
        var said = await db.Groupings.AsNoTracking().Where(g => uuids.Contains(g.LowerUuid) || uuids.Contains(g.HigherUuid)).ToListAsync(cancellationToken);
        foreach (var word in said)
        {
            var key = (word.LowerUuid, word.HigherUuid);
            if (!Said.TryGetValue(key, out var known) || word.HoldsOver(known)) Said[key] = word;
        }

        return [.. Said.Values.Where(g => g.Kind == "together").SelectMany(g => new[] { g.LowerUuid, g.HigherUuid })];
    }

    private sealed class Fingerprints : IEqualityComparer<byte[]>
    {
        public static readonly Fingerprints Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] print) => BitConverter.ToInt32(print);
    }
}
