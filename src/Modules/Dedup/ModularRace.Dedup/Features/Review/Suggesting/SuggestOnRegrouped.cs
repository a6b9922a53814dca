using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Features.Groupings;
using ModularRace.Dedup.Features.Regrouping;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Identifiers;

namespace ModularRace.Dedup.Features.Review.Suggesting;

/// <summary>
/// R5: keeps the suggestions as the groups are. A suggestion is a function of the groups, of what people said and of the open
/// conflicts, as the groups are of the records: it comes, changes and goes with them, whatever the order (R3).
/// </summary>
internal sealed class SuggestOnRegrouped(DedupDbContext db, IMediator mediator, PeoplesWord word, TimeProvider time) : INotificationHandler<Regrouped>
{
    /// <summary>Of each observation no more than the nearest are looked at: a bib that was tapped a thousand times is one question, not a million.</summary>
    private const int Nearest = 10;

    public async Task Handle(Regrouped notification, CancellationToken cancellationToken)
    {
        var touched = notification.Incidents.ToArray();
        var found = await FindAsync(touched, cancellationToken);
        var open = await db.Suggestions.Where(s => s.Outcome == null && (touched.Contains(s.LowerUuid) || touched.Contains(s.HigherUuid))).ToListAsync(cancellationToken);
        if (found.Count + open.Count == 0) return;

        var words = await RaceWords.ReadAsync(mediator, ReasonWords.Kept, found.Values.Select(f => f.First.RaceUuid), found.Values.SelectMany(f => new[] { f.First.LocationUuid, f.Second.LocationUuid }).OfType<Guid>(), cancellationToken);
        var incidents = found.Keys.Select(k => k.Lower).ToArray();
        var competitions = await db.Members.AsNoTracking().Where(m => incidents.Contains(m.IncidentUuid)).ToDictionaryAsync(m => m.IncidentUuid, m => m.CompetitionUuid, cancellationToken);
        foreach (var suggestion in open)
            if (found.Remove((suggestion.LowerUuid, suggestion.HigherUuid), out var near))
            {
                (suggestion.BibNumber, suggestion.Reason, suggestion.SecondsApart, suggestion.Times) = (near.First.BibNumber!.Value, Sentence(near, words, notification.HeldOut), near.Seconds, near.Times);
                (suggestion.CompetitionUuid, suggestion.RaceUuid) = (competitions[suggestion.LowerUuid], near.First.RaceUuid);
            }
            else (suggestion.Outcome, suggestion.SettledAt) = (SuggestionOutcomes.Closed, time.GetUtcNow());
        // The one open suggestion of a pair must be closed before the next is written.
        await db.SaveChangesAsync(cancellationToken);
        if (found.Count == 0) return;

        db.Suggestions.AddRange(found.Select(f => new SuggestionRow
        {
            ClientUuid = Uuids.New(time),
            CompetitionUuid = competitions[f.Key.Lower],
            RaceUuid = f.Value.First.RaceUuid,
            LowerUuid = f.Key.Lower,
            HigherUuid = f.Key.Higher,
            BibNumber = f.Value.First.BibNumber!.Value,
            Reason = Sentence(f.Value, words, notification.HeldOut),
            SecondsApart = f.Value.Seconds,
            Times = f.Value.Times,
            MadeAt = time.GetUtcNow(),
        }));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>By the two that stand the nearest observations of their groups which nobody told apart; what is a conflict already is none.</summary>
    private async Task<Dictionary<(Guid Lower, Guid Higher), NearMissFound>> FindAsync(Guid[] touched, CancellationToken cancellationToken)
    {
        var near = await db.Database.SqlQuery<NearRow>(
            $"""
             SELECT a.id AS first, b.id AS second, a.incident_uuid AS first_incident, b.incident_uuid AS second_incident, ma.stands_for AS first_stands_for, b.stands_for AS second_stands_for
             FROM dedup.group_members ma
             JOIN dedup.observations a ON a.incident_uuid = ma.incident_uuid
             CROSS JOIN LATERAL (
                 SELECT o.id, o.incident_uuid, mb.stands_for FROM dedup.observations o
                 JOIN dedup.group_members mb ON mb.incident_uuid = o.incident_uuid AND mb.stands_for <> ma.stands_for
                 WHERE o.race_uuid = a.race_uuid AND o.bib_number = a.bib_number AND o.bib_number IS NOT NULL
                     AND o.occurred_at BETWEEN a.occurred_at - interval '2 minutes' AND a.occurred_at + interval '2 minutes'
                 ORDER BY abs(extract(epoch FROM o.occurred_at - a.occurred_at)), o.id LIMIT {Nearest}) b
             WHERE ma.incident_uuid = ANY({touched})
             """).ToListAsync(cancellationToken);
        if (near.Count == 0) return [];

        var ids = near.SelectMany(n => new[] { n.First, n.Second }).Distinct().ToArray();
        var seen = await db.Observations.AsNoTracking().Where(o => ids.Contains(o.Id)).ToDictionaryAsync(o => o.Id, cancellationToken);
        var said = await word.HoldingAsync(near.SelectMany(n => new[] { n.FirstIncident, n.SecondIncident }), cancellationToken);
        var conflicts = await InConflictAsync([.. near.SelectMany(n => new[] { n.FirstStandsFor, n.SecondStandsFor }).Distinct()], cancellationToken);
        var found = new Dictionary<(Guid, Guid), NearMissFound>();
        foreach (var n in near.Where(n => said.GetValueOrDefault(DuplicateRule.Ordered(n.FirstIncident, n.SecondIncident))?.Kind != GroupingContent.Apart))
        {
            var pair = DuplicateRule.Ordered(n.FirstStandsFor, n.SecondStandsFor);
            if (conflicts.Contains(pair)) continue;
            var miss = NearMissFound.Of(seen[n.First], seen[n.Second]);
            if (!found.TryGetValue(pair, out var known) || miss.IsBefore(known)) found[pair] = miss;
        }

        return found;
    }

    /// <summary>R5: what waits for a person as a conflict between two is not suggested as well.</summary>
    private async Task<HashSet<(Guid, Guid)>> InConflictAsync(Guid[] standing, CancellationToken cancellationToken)
    {
        var between = await (from c in db.Conflicts.AsNoTracking()
                             where c.ResolvedAt == null && c.OtherRecordUuid != null
                             join a in db.Members on c.RecordUuid equals a.IncidentUuid
                             join b in db.Members on c.OtherRecordUuid equals (Guid?)b.IncidentUuid
                             where standing.Contains(a.StandsFor)
                             select new { First = a.StandsFor, Second = b.StandsFor }).ToListAsync(cancellationToken);
        return [.. between.Select(b => DuplicateRule.Ordered(b.First, b.Second))];
    }

    /// <summary>"Bib 42 at Gate 3: two reports 44 s apart (10:30:12 by Pi Start, clock corrected by +47 s; 10:30:56 by VAR 2): more than 30 s apart".</summary>
    private static string Sentence(NearMissFound near, RaceWords words, IReadOnlySet<Guid> held)
    {
        var (first, second) = (near.First.ToObservation(), near.Second.ToObservation());
        var why = new List<NotJoined>();
        if (first.Location is null || second.Location is null) why.Add(NotJoined.NoPlace);
        else if (first.Location != second.Location) why.Add(NotJoined.OtherPlace);
        if (near.Seconds * 1000 > DuplicateRule.WindowMs) why.Add(NotJoined.TooFar);
        if (new[] { first, second }.Any(o => o.UncertaintyMs is not (>= 0 and <= DuplicateRule.WindowMs))) why.Add(NotJoined.Clock);
        if (new[] { near.First, near.Second }.Any(o => held.Contains(o.IncidentUuid) || (o.ReportUuid is { } report && held.Contains(report)))) why.Add(NotJoined.InConflict);
        if (why.Count == 0) why.Add(NotJoined.ToldApart);
        return ReasonWords.Kept.LeftApart(words.Who(first, second), words.ReportsApart(first, second), why.Select(ReasonWords.Kept.Why));
    }

    private sealed record NearRow(long First, long Second, Guid FirstIncident, Guid SecondIncident, Guid FirstStandsFor, Guid SecondStandsFor);
}

/// <summary>Two observations that lie within two minutes, the earlier first.</summary>
internal sealed record NearMissFound(ObservationRow First, ObservationRow Second)
{
    public static NearMissFound Of(ObservationRow a, ObservationRow b) => IsEarlier(a, b) ? new NearMissFound(a, b) : new NearMissFound(b, a);

    public decimal Seconds => (decimal)(Second.OccurredAt - First.OccurredAt).TotalMilliseconds / 1000;

    public DateTimeOffset[] Times => [First.OccurredAt, Second.OccurredAt];

    /// <summary>The nearer; of equally near ones that of the reports, which know a name, then the lower UUIDs: not the order of arrival (R3).</summary>
    public bool IsBefore(NearMissFound other)
    {
        if (Seconds != other.Seconds) return Seconds < other.Seconds;
        var (own, theirs) = (Reports(this), Reports(other));
        return own != theirs ? own > theirs : string.CompareOrdinal(Key(this), Key(other)) < 0;
    }

    private static int Reports(NearMissFound found) => (found.First.ReportUuid is null ? 0 : 1) + (found.Second.ReportUuid is null ? 0 : 1);

    private static string Key(NearMissFound found) => $"{found.First.ReportUuid ?? found.First.IncidentUuid} {found.Second.ReportUuid ?? found.Second.IncidentUuid}";

    private static bool IsEarlier(ObservationRow a, ObservationRow b) =>
        a.OccurredAt != b.OccurredAt ? a.OccurredAt < b.OccurredAt : Uuids.CompareAsText(a.ReportUuid ?? a.IncidentUuid, b.ReportUuid ?? b.IncidentUuid) < 0;
}

internal static class SuggestionOutcomes
{
    public const string Merged = "merged", Dismissed = "dismissed", Closed = "closed";
}
