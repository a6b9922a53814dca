using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Problems;

namespace ModularRace.Competitions.Features.StartLists;

/// <summary>What a start list brought, counting bibs; <paramref name="AthletesCreated"/> counts people.</summary>
/// <param name="Created">Bibs that were not on the list.</param>
/// <param name="Updated">Bibs whose athletes, heat or an athlete's details are others now.</param>
/// <param name="Unchanged">Bibs that were on the list just so.</param>
/// <param name="Removed">Bibs that left it (<c>mode=replace</c>).</param>
/// <param name="AthletesCreated">People who were not known.</param>
internal sealed record StartListChanges(int Created, int Updated, int Unchanged, int Removed, int AthletesCreated);

/// <summary>One bib as it shall stand. <paramref name="Status"/> null: as it was, else registered.</summary>
internal sealed record WantedBib(int Bib, string? Heat, string? Status, IReadOnlyList<Guid> AthleteUuids);

/// <summary>Makes bibs of a race stand as wanted: what the import and the copy have in common. The caller holds the lock.</summary>
internal sealed class StartListWriting(CompetitionsDbContext db, ReferenceChanges changes, ReferenceAccess access)
{
    public async Task<StartListChanges> WriteAsync(
        Guid raceUuid, IReadOnlyList<WantedBib> wanted, AthleteRegister? register, IMediator mediator, bool replace, CancellationToken cancellationToken)
    {
        var numbers = wanted.Select(w => w.Bib).ToArray();
        var rows = await db.BibAssignments
            .Where(b => b.RaceUuid == raceUuid && (replace ? !b.Deleted || numbers.Contains(b.BibNumber) : numbers.Contains(b.BibNumber)))
            .ToListAsync(cancellationToken);
        var stored = rows.OnePerBib().ToDictionary(b => b.BibNumber);
        int created = 0, updated = 0, unchanged = 0;
        foreach (var bib in wanted)
        {
            var known = stored.GetValueOrDefault(bib.Bib);
            var want = new BibAssignment
            {
                RaceUuid = raceUuid,
                BibNumber = bib.Bib,
                AthleteUuids = [.. bib.AthleteUuids],
                Heat = bib.Heat,
                Status = bib.Status ?? (known is { Deleted: false } ? known.Status : BibAssignment.Registered),
            };
            if (known is null)
            {
                changes.Make(want);
                created++;
                continue;
            }

            var wasThere = !known.Deleted;
            want.KeepFrom(known);
            if (!known.SaysTheSameAs(want))
            {
                access.MustBeMadeHere(known);
                changes.Change(known, want);
                if (wasThere) updated++;
                else created++;
            }
            else if (register is not null && bib.AthleteUuids.Any(register.Changed.Contains)) updated++;
            else unchanged++;
        }

        // Where two sides gave out a bib, both go: else the other would come up in its place.
        var leaving = replace ? rows.Where(b => !b.Deleted && !numbers.Contains(b.BibNumber)).ToList() : [];
        await RemoveAsync(raceUuid, leaving, mediator, cancellationToken);
        return new StartListChanges(created, updated, unchanged, leaving.DistinctBy(b => b.BibNumber).Count(), register?.Created ?? 0);
    }

    /// <summary>Leaves tombstones; a bib with incidents stays: 409 <c>in_use</c>.</summary>
    public async Task RemoveAsync(Guid raceUuid, IReadOnlyCollection<BibAssignment> bibs, IMediator mediator, CancellationToken cancellationToken)
    {
        if (bibs.Count == 0) return;
        var leaving = new ReferenceLeaving(raceUuid, [], [.. bibs.Select(b => b.BibNumber)]);
        await mediator.Publish(leaving, cancellationToken);
        if (leaving.InUse.Count > 0)
            throw Problem.Conflict("in_use", $"There are incidents of these bibs, which therefore stay: {string.Join(", ", leaving.InUse.Take(20))}.");
        foreach (var bib in bibs)
        {
            access.MustBeMadeHere(bib);
            changes.Change(bib, new BibAssignment
            {
                RaceUuid = bib.RaceUuid,
                BibNumber = bib.BibNumber,
                AthleteUuids = bib.AthleteUuids,
                Heat = bib.Heat,
                Status = bib.Status,
                Deleted = true,
            });
        }
    }
}
