using MediatR;
using Microsoft.EntityFrameworkCore;
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
        var seen = joins.Values.SelectMany(j => new[] { j.First, j.Second }).OfType<Observation>().ToList();
        var words = await RaceWords.ReadAsync(mediator, ReasonWords.Kept, seen.Select(o => o.Race), seen.Select(o => o.Location).OfType<Guid>(), cancellationToken);
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
                Reason = Sentence(join, words),
                SecondsApart = join.Apart is { } apart ? (decimal)apart.TotalMilliseconds / 1000 : null,
                Times = join.First is null ? [] : [join.First.At, join.Second!.At],
                MadeAt = now,
            });
        }
    }

    private static string By(Join join) => join.SaidBy ?? "rule";

    /// <summary>"Bib 42 at Transition 1: two reports 18 s apart (10:30:12 by Pi Start, clock corrected by +47 s; 10:30:30 by VAR 2)".</summary>
    private static string Sentence(Join join, RaceWords words)
    {
        if (join.First is not { } first || join.Second is not { } second) return ReasonWords.Kept.PutTogether(join.SaidBy);
        return ReasonWords.Kept.Joined(words.Who(first, second), words.ReportsApart(first, second), join.SaidBy);
    }
}
