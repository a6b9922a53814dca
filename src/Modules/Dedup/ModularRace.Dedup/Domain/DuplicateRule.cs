using ModularRace.Shared.Identifiers;

namespace ModularRace.Dedup.Domain;

/// <summary>One observation of an incident: where, which bib, when (corrected), and how sure the clock was.</summary>
/// <param name="By">Who saw it, for a sentence.</param>
/// <param name="OwnTime">The device's own time, for a sentence.</param>
internal sealed record Observation(Guid Race, Guid? Location, int? Bib, DateTimeOffset At, long? UncertaintyMs, string? By, DateTimeOffset OwnTime)
{
    /// <summary>No bib, no location or an unknown clock: never merged by the machine.</summary>
    public bool Comparable => Location is not null && Bib is not null && UncertaintyMs is >= 0 and <= DuplicateRule.WindowMs;
}

/// <summary>An incident, as the rule looks at it.</summary>
/// <param name="Uuid">The incident.</param>
/// <param name="MadeOnCloud">Stands before what a device made.</param>
/// <param name="OccurredAt">Its own corrected time.</param>
/// <param name="Decision">What was decided (two are different if these texts are); null: pending.</param>
/// <param name="TakesPart">False while an open conflict over race, location, bib, time or decision waits for a person.</param>
/// <param name="Withdrawn">All its reports are withdrawn, and it is neither official nor decided: it stands for nobody.</param>
/// <param name="Observations">Of its reports that are not withdrawn, and its own.</param>
internal sealed record Candidate(
    Guid Uuid, bool MadeOnCloud, DateTimeOffset OccurredAt, string? Decision, bool TakesPart, bool Withdrawn, IReadOnlyList<Observation> Observations);

/// <summary>What people said last of a pair.</summary>
internal sealed record Said(Guid Lower, Guid Higher, bool Together, string By);

/// <summary>A pair that united two groups.</summary>
/// <param name="Apart">The smallest difference between two observations; null where a person put together what has none.</param>
/// <param name="First">The earlier of the two observations that lie nearest.</param>
/// <param name="Second">The later.</param>
/// <param name="SaidBy">The person who put them together; null: the rule.</param>
internal sealed record Join(Guid Lower, Guid Higher, TimeSpan? Apart, Observation? First, Observation? Second, string? SaidBy);

/// <summary>Two groups that a near pair could not unite because different things were decided on them; named by a decided member of each.</summary>
internal sealed record DecisionClash(Guid Lower, Guid Higher, TimeSpan? Apart, Observation? First, Observation? Second);

/// <summary>A near pair that was not taken because it would have united others whom people told apart.</summary>
internal sealed record NearMiss(Guid Lower, Guid Higher, TimeSpan? Apart);

/// <param name="StandsFor">Each incident to the one that stands for it (itself where it stands).</param>
internal sealed record Groups(
    IReadOnlyDictionary<Guid, Guid> StandsFor, IReadOnlyList<Join> Joins, IReadOnlyList<DecisionClash> Clashes, IReadOnlyList<NearMiss> NearMisses);

/// <summary>
/// R4, the duplicate rule: groups are a function of all records and of what people said about them. The order in which the
/// incidents are given plays no part (R3).
/// </summary>
internal static class DuplicateRule
{
    /// <summary>Inclusive, in milliseconds.</summary>
    public const long WindowMs = 30_000;

    /// <param name="incidents">All that can play a part in each other's groups.</param>
    /// <param name="said">The word that holds on each pair.</param>
    /// <param name="windowMs">Another than the rule's, to see what it would do; nothing is stored by it.</param>
    public static Groups Group(IReadOnlyCollection<Candidate> incidents, IReadOnlyCollection<Said> said, long windowMs = WindowMs)
    {
        var byUuid = incidents.ToDictionary(i => i.Uuid);
        var saidOf = said.ToDictionary(s => (s.Lower, s.Higher));
        var partition = new Partition(incidents);
        var joins = new List<Join>();
        var clashing = new List<Pair>();
        var misses = new List<NearMiss>();
        var apart = said.Where(s => !s.Together).Select(s => (s.Lower, s.Higher)).ToHashSet();

        foreach (var pair in PairsInOrder(byUuid, said, saidOf, windowMs))
        {
            var (a, b) = (partition.Find(pair.Lower), partition.Find(pair.Higher));
            if (a == b) continue;
            if (apart.Contains((pair.Lower, pair.Higher))) continue;
            if (partition.Decision(a) is { } x && partition.Decision(b) is { } y && x != y) clashing.Add(pair);
            else if (apart.Count > 0 && ToldApart(partition.Members(a), partition.Members(b), apart)) misses.Add(new NearMiss(pair.Lower, pair.Higher, pair.Apart));
            else
            {
                partition.Unite(a, b);
                joins.Add(new Join(pair.Lower, pair.Higher, pair.Apart, pair.First, pair.Second, pair.SaidBy));
            }
        }

        return new Groups(partition.StandsFor(byUuid), joins, Clashes(clashing, partition, byUuid), misses);
    }

    /// <summary>The order in which one stands before another: made on the cloud, then the earlier corrected time, then the lower UUID; what was withdrawn comes last.</summary>
    public static int StandsBefore(Candidate a, Candidate b)
    {
        if (a.Withdrawn != b.Withdrawn) return a.Withdrawn ? 1 : -1;
        if (a.MadeOnCloud != b.MadeOnCloud) return a.MadeOnCloud ? -1 : 1;
        var time = a.OccurredAt.CompareTo(b.OccurredAt);
        return time != 0 ? time : Uuids.CompareAsText(a.Uuid, b.Uuid);
    }

    public static (Guid Lower, Guid Higher) Ordered(Guid a, Guid b) => Uuids.CompareAsText(a, b) < 0 ? (a, b) : (b, a);

    /// <summary>What people put together first, then by (smallest difference, lower UUID, higher UUID).</summary>
    private static List<Pair> PairsInOrder(
        Dictionary<Guid, Candidate> byUuid, IReadOnlyCollection<Said> said, Dictionary<(Guid, Guid), Said> saidOf, long windowMs)
    {
        var pairs = NearPairs(byUuid.Values, windowMs);
        foreach (var s in said.Where(s => s.Together))
        {
            if (!byUuid.TryGetValue(s.Lower, out var a) || !byUuid.TryGetValue(s.Higher, out var b) || !a.TakesPart || !b.TakesPart) continue;
            if (!pairs.ContainsKey((s.Lower, s.Higher))) pairs[(s.Lower, s.Higher)] = Nearest(a, b);
        }

        var ordered = new List<Pair>(pairs.Count);
        foreach (var (key, pair) in pairs)
            ordered.Add(saidOf.TryGetValue(key, out var s) && s.Together ? pair with { SaidBy = s.By } : pair);
        ordered.Sort(static (x, y) =>
        {
            if (x.SaidBy is null != y.SaidBy is null) return x.SaidBy is null ? 1 : -1;
            var apart = (x.Apart ?? TimeSpan.MaxValue).CompareTo(y.Apart ?? TimeSpan.MaxValue);
            if (apart != 0) return apart;
            var lower = Uuids.CompareAsText(x.Lower, y.Lower);
            return lower != 0 ? lower : Uuids.CompareAsText(x.Higher, y.Higher);
        });
        return ordered;
    }

    /// <summary>Every pair with an observation of one within the window of an observation of the other, at the same race, location and bib.</summary>
    private static Dictionary<(Guid, Guid), Pair> NearPairs(IEnumerable<Candidate> incidents, long windowMs)
    {
        var pairs = new Dictionary<(Guid, Guid), Pair>();
        var places = incidents.Where(i => i.TakesPart)
            .SelectMany(i => i.Observations.Where(o => o.Comparable).Select(o => (Incident: i.Uuid, Seen: o)))
            .GroupBy(x => (x.Seen.Race, x.Seen.Location, x.Seen.Bib));
        foreach (var place in places)
        {
            var inTime = place.OrderBy(x => x.Seen, InTime).ToList();
            for (var i = 0; i < inTime.Count; i++)
                for (var j = i + 1; j < inTime.Count; j++)
                {
                    var apart = inTime[j].Seen.At - inTime[i].Seen.At;
                    if (apart.TotalMilliseconds > windowMs) break;
                    if (inTime[i].Incident == inTime[j].Incident) continue;
                    var key = Ordered(inTime[i].Incident, inTime[j].Incident);
                    var pair = new Pair(key.Lower, key.Higher, apart, inTime[i].Seen, inTime[j].Seen, null);
                    if (!pairs.TryGetValue(key, out var known) || ByNearness.Compare(pair, known) < 0) pairs[key] = pair;
                }
        }

        return pairs;
    }

    /// <summary>The two observations that lie nearest, whatever their place: for a pair that a person put together.</summary>
    private static Pair Nearest(Candidate a, Candidate b)
    {
        var (lower, higher) = Ordered(a.Uuid, b.Uuid);
        var nearest = (from x in a.Observations
                       from y in b.Observations
                       let first = InTime.Compare(x, y) <= 0 ? x : y
                       let second = first == x ? y : x
                       select new Pair(lower, higher, second.At - first.At, first, second, null)).Order(ByNearness).FirstOrDefault();
        return nearest ?? new Pair(lower, higher, null, null, null, null);
    }

    /// <summary>By time, then by whatever makes two observations different: a reason names the same ones in whatever order they were given (R3).</summary>
    private static readonly Comparer<Observation> InTime = Comparer<Observation>.Create(static (a, b) =>
    {
        var order = a.At.CompareTo(b.At);
        if (order == 0) order = a.OwnTime.CompareTo(b.OwnTime);
        if (order == 0) order = string.CompareOrdinal(a.By, b.By);
        if (order == 0) order = Nullable.Compare(a.UncertaintyMs, b.UncertaintyMs);
        return order != 0 ? order : (a.Race, a.Location, a.Bib).CompareTo((b.Race, b.Location, b.Bib));
    });

    private static readonly Comparer<Pair> ByNearness = Comparer<Pair>.Create(static (a, b) =>
    {
        var order = Nullable.Compare(a.Apart, b.Apart);
        if (order == 0) order = InTime.Compare(a.First, b.First);
        return order != 0 ? order : InTime.Compare(a.Second, b.Second);
    });

    private static bool ToldApart(List<Guid> left, List<Guid> right, HashSet<(Guid, Guid)> apart) =>
        left.Exists(l => right.Exists(r => apart.Contains(Ordered(l, r))));

    /// <summary>
    /// One clash for each two groups, however many near pairs lie between them, and named by the members that were decided:
    /// so that a further report of either does not make it another conflict under a reviewer's eyes.
    /// </summary>
    private static List<DecisionClash> Clashes(List<Pair> refused, Partition partition, Dictionary<Guid, Candidate> byUuid)
    {
        var clashes = new Dictionary<(Guid, Guid), DecisionClash>();
        foreach (var pair in refused)
        {
            var (x, y) = (Decided(pair.Lower), Decided(pair.Higher));
            var key = Ordered(x, y);
            clashes.TryAdd(key, new DecisionClash(key.Lower, key.Higher, pair.Apart, pair.First, pair.Second));
        }

        return [.. clashes.Values];

        Guid Decided(Guid member)
        {
            var decided = partition.Members(partition.Find(member)).Select(u => byUuid[u]).Where(c => c.Decision is not null).ToList();
            decided.Sort(StandsBefore);
            return decided[0].Uuid;
        }
    }

    private sealed record Pair(Guid Lower, Guid Higher, TimeSpan? Apart, Observation? First, Observation? Second, string? SaidBy);

    /// <summary>Groups that only ever unite, each with its members and its one decision.</summary>
    private sealed class Partition
    {
        private readonly Dictionary<Guid, int> groupOf;
        private readonly List<List<Guid>> members;
        private readonly List<string?> decisions;

        public Partition(IReadOnlyCollection<Candidate> incidents)
        {
            groupOf = incidents.Select((c, i) => (c.Uuid, i)).ToDictionary(x => x.Uuid, x => x.i);
            members = [.. incidents.Select(c => new List<Guid> { c.Uuid })];
            decisions = [.. incidents.Select(c => c.Decision)];
        }

        public int Find(Guid uuid) => groupOf[uuid];

        public string? Decision(int group) => decisions[group];

        public List<Guid> Members(int group) => members[group];

        public void Unite(int a, int b)
        {
            var (into, from) = members[a].Count >= members[b].Count ? (a, b) : (b, a);
            foreach (var uuid in members[from]) groupOf[uuid] = into;
            members[into].AddRange(members[from]);
            members[from] = [];
            decisions[into] ??= decisions[from];
        }

        public Dictionary<Guid, Guid> StandsFor(Dictionary<Guid, Candidate> byUuid)
        {
            var standsFor = new Dictionary<Guid, Guid>();
            foreach (var group in members.Where(m => m.Count > 0))
            {
                var first = byUuid[group[0]];
                foreach (var uuid in group)
                    if (StandsBefore(byUuid[uuid], first) < 0) first = byUuid[uuid];
                foreach (var uuid in group) standsFor[uuid] = first.Uuid;
            }

            return standsFor;
        }
    }
}
