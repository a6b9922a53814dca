using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Identifiers;

namespace ModularRace.Dedup.Features.Regrouping;

/// <summary>R5: each merge is logged with its reason in words and figures, and what a regrouping ended is closed, not removed.</summary>
internal sealed class MergeLog(DedupDbContext db, IMediator mediator, TimeProvider time)
{
    public async Task WriteAsync(Neighbourhood around, Groups groups, CancellationToken cancellationToken)
    {
        var uuids = around.Members.Keys.ToArray();
        var standing = await db.Merges.Where(m => m.UndoneAt == null && (uuids.Contains(m.LowerUuid) || uuids.Contains(m.HigherUuid))).ToListAsync(cancellationToken);
        var joins = groups.Joins.ToDictionary(j => (j.Lower, j.Higher));
        var now = time.GetUtcNow();
        foreach (var entry in standing)
        {
            if (!joins.Remove((entry.LowerUuid, entry.HigherUuid), out var join)) entry.UndoneAt = now;
            else if (entry.By != By(join))
            {
                // The same pair, now for another reason (a person said so): another entry.
                entry.UndoneAt = now;
                joins[(join.Lower, join.Higher)] = join;
            }
            else entry.IntoUuid = groups.StandsFor[join.Lower];
        }

        if (joins.Count == 0) return;
        // The one open entry of a pair must be closed before the next is written.
        await db.SaveChangesAsync(cancellationToken);
        var words = await MergeWords.ReadAsync(mediator, joins.Values, cancellationToken);
        foreach (var join in joins.Values)
        {
            var member = around.Members[join.Lower];
            db.Merges.Add(new MergeRow
            {
                ClientUuid = Uuids.New(time),
                CompetitionUuid = member.CompetitionUuid,
                RaceUuid = member.RaceUuid,
                LowerUuid = join.Lower,
                HigherUuid = join.Higher,
                IntoUuid = groups.StandsFor[join.Lower],
                By = By(join),
                Reason = words.Sentence(join),
                SecondsApart = join.Apart is { } apart ? (decimal)apart.TotalMilliseconds / 1000 : null,
                Times = join.First is null ? [] : [join.First.At, join.Second!.At],
                MadeAt = now,
            });
        }
    }

    private static string By(Join join) => join.SaidBy ?? "rule";
}

/// <summary>A merge as a sentence that a jury member can follow, in venue time.</summary>
internal sealed class MergeWords(IReadOnlyDictionary<Guid, string> locations, IReadOnlyDictionary<Guid, TimeZoneInfo> zones)
{
    public static async Task<MergeWords> ReadAsync(IMediator mediator, IReadOnlyCollection<Join> joins, CancellationToken cancellationToken)
    {
        var seen = joins.SelectMany(j => new[] { j.First, j.Second }).OfType<Observation>().ToList();
        var places = seen.Select(o => o.Location).OfType<Guid>().Distinct().ToList();
        var locations = await mediator.Send(new FindLocations(places), cancellationToken);
        var races = await mediator.Send(new FindRaces([.. seen.Select(o => o.Race).Distinct()]), cancellationToken);
        return new MergeWords(
            locations.ToDictionary(l => l.ClientUuid, l => l.Name),
            races.ToDictionary(r => r.ClientUuid, r => TimeZoneInfo.TryFindSystemTimeZoneById(r.TimeZone, out var zone) ? zone : TimeZoneInfo.Utc));
    }

    /// <summary>"Bib 42 at Transition 1: two reports 18 s apart (10:30:12 by Pi Start, clock corrected by +47 s; 10:30:30 by VAR 2)".</summary>
    public string Sentence(Join join)
    {
        if (join.First is not { } first || join.Second is not { } second)
            return $"Put together by {join.SaidBy}.";
        var where = first.Location is { } place && locations.TryGetValue(place, out var name) ? $" at {name}" : "";
        var bib = first.Bib is { } number ? $"Bib {number}" : "No bib";
        var sentence = $"{bib}{where}: two reports {Seconds(join.Apart!.Value)} s apart ({Saw(first)}; {Saw(second)})";
        return join.SaidBy is null ? sentence : $"{sentence}; put together by {join.SaidBy}";
    }

    private string Saw(Observation seen)
    {
        var zone = zones.GetValueOrDefault(seen.Race) ?? TimeZoneInfo.Utc;
        var words = TimeZoneInfo.ConvertTime(seen.At, zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        if (seen.By is not null) words += $" by {seen.By}";
        var correction = seen.At - seen.OwnTime;
        return Math.Abs(correction.TotalMilliseconds) >= 100
            ? $"{words}, clock corrected by {(correction > TimeSpan.Zero ? "+" : "−")}{Seconds(correction.Duration())} s"
            : words;
    }

    private static string Seconds(TimeSpan span) => FormattableString.Invariant($"{Math.Round(span.TotalSeconds, 1):0.#}");
}
