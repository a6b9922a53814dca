using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;

namespace ModularRace.Competitions.Features.Merging;

/// <summary>
/// Makes one of two competitions or races, and two again. No record is rewritten: each goes on naming its own, and hangs on
/// the one that stands (decision 16).
/// </summary>
internal sealed class ReferenceMerger(CompetitionsDbContext db, DatabaseSession session, Rehanging rehanging, ICurrentActor current, TimeProvider time)
{
    /// <summary>One merge at a time: each looks at what all others did.</summary>
    public Task LockAsync(CancellationToken cancellationToken) => session.LockAsync("reference_merge", Guid.Empty, cancellationToken);

    public static void RequireFree(MergeableRecord from, MergeableRecord into)
    {
        if (from.ClientUuid == into.ClientUuid) throw Problem.Conflict("merged_already", "That was merged into this one: they are one already.");
        if (from.MergedInto is { } other && other != into.ClientUuid) throw Problem.Conflict("merged_already", "It was merged into another already. Undo that first.");
    }

    /// <param name="from">Tracked.</param>
    /// <param name="into">What stands.</param>
    /// <param name="type">Of both.</param>
    /// <param name="preview">What would come of it is looked at, and undone.</param>
    /// <param name="meet">The races that are the same.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <param name="locations">What was said of the races' locations.</param>
    public async Task<ReferenceMergeView> MergeAsync(
        MergeableRecord from, MergeableRecord into, string type, bool preview, Func<Task<IReadOnlyList<(Race From, Race Into)>>> meet, CancellationToken cancellationToken,
        IReadOnlyDictionary<Guid, Guid?>? locations = null)
    {
        return preview ? await session.TryOutAsync(MergeAsync, cancellationToken) : await MergeAsync();

        async Task<ReferenceMergeView> MergeAsync()
        {
            var merged = new List<MergeableRecord>();
            var races = await meet();
            if (type == RecordTypes.Competition) Merge(from, into.ClientUuid, merged);
            foreach (var (one, other) in races) Merge(one, other.ClientUuid, merged);
            var places = await MeetLocationsAsync(races, locations, merged, cancellationToken);
            var athletes = await MeetAthletesAsync(from, into, merged, cancellationToken);
            await LogAsync(from, into, type, type == RecordTypes.Competition ? [.. merged.OfType<Race>().Select(r => r.ClientUuid)] : [], athletes, cancellationToken);
            var (bibs, different) = await CompareBibsAsync(from, races, cancellationToken);
            var moved = type == RecordTypes.Competition ? await MovingRacesAsync(from, races, cancellationToken) : [.. races.Select(r => new MovedView(r.From.ClientUuid, r.From.Name, r.Into.ClientUuid))];
            var told = await rehanging.RunAsync(merged, cancellationToken);
            return new ReferenceMergeView(
                from.ClientUuid, into.ClientUuid, preview, moved, places, bibs, different, athletes.Count, told.Incidents,
                [.. told.Joined]);
        }
    }

    public async Task UndoAsync(MergeableRecord record, CancellationToken cancellationToken)
    {
        var entry = await db.Merges.SingleOrDefaultAsync(m => m.UndoneAt == null && (m.FromUuid == record.ClientUuid || m.Races.Contains(record.ClientUuid)), cancellationToken);
        var freed = new List<MergeableRecord> { record };
        var races = record is Race ? [record.ClientUuid] : entry?.Races ?? [];
        freed.AddRange(await db.Races.Where(r => races.Contains(r.ClientUuid) && r.MergedInto != null && r.ClientUuid != record.ClientUuid).ToListAsync(cancellationToken));
        freed.AddRange(await db.RaceLocations.Where(l => l.MergedInto != null && races.Contains(l.SaidRaceUuid ?? l.RaceUuid)).ToListAsync(cancellationToken));
        if (entry?.FromUuid == record.ClientUuid)
        {
            freed.AddRange(await db.Athletes.Where(a => a.MergedInto != null && entry.Athletes.Contains(a.ClientUuid)).ToListAsync(cancellationToken));
            (entry.UndoneAt, entry.UndoneBy) = (Instants.ToMilliseconds(time.GetUtcNow()), current.SignatureOn(null));
        }
        else if (entry is not null)
        {
            // The competitions stay one; of their races this one is another.
            entry.Races = [.. entry.Races.Where(r => r != record.ClientUuid)];
        }

        foreach (var one in freed) one.MergedInto = null;
        await rehanging.RunAsync(freed, cancellationToken);
    }

    private static void Merge(MergeableRecord record, Guid into, List<MergeableRecord> merged)
    {
        if (record.MergedInto == into || record.ClientUuid == into) return;
        record.MergedInto = into;
        merged.Add(record);
    }

    /// <summary>By what was said, else by the same name, once on each side.</summary>
    private async Task<IReadOnlyList<MovedView>> MeetLocationsAsync(
        IReadOnlyList<(Race From, Race Into)> races, IReadOnlyDictionary<Guid, Guid?>? said, List<MergeableRecord> merged, CancellationToken cancellationToken)
    {
        var met = new List<MovedView>();
        foreach (var (from, into) in races)
        {
            var moving = await db.RaceLocations.Where(l => (l.SaidRaceUuid ?? l.RaceUuid) == from.ClientUuid && !l.Deleted && l.MergedInto == null).OrderBy(l => l.Position).ToListAsync(cancellationToken);
            var own = moving.ConvertAll(l => l.ClientUuid);
            var standing = (await db.RaceLocations.AsNoTracking()
                    .Where(l => l.RaceUuid == into.ClientUuid && !l.Deleted && l.MergedInto == null && !own.Contains(l.ClientUuid)).ToListAsync(cancellationToken))
                .ToLookup(l => Names.Folded(l.Name), l => l.ClientUuid);
            foreach (var namesakes in moving.GroupBy(l => Names.Folded(l.Name)))
                foreach (var location in namesakes)
                {
                    var twin = said is not null && said.TryGetValue(location.ClientUuid, out var named) ? named
                        : namesakes.Count() == 1 && standing[namesakes.Key].Count() == 1 ? standing[namesakes.Key].Single() : (Guid?)null;
                    met.Add(new MovedView(location.ClientUuid, location.Name, twin));
                    if (twin is { } same) Merge(location, same, merged);
                }
        }

        return met;
    }

    /// <summary>Who starts in both is one person: by licence, else by name, nation, gender and year of birth, where that is clear.</summary>
    private async Task<IReadOnlyList<Guid>> MeetAthletesAsync(MergeableRecord from, MergeableRecord into, List<MergeableRecord> merged, CancellationToken cancellationToken)
    {
        var moving = await StartingAsync(from, cancellationToken);
        var standing = (await StartingAsync(into, cancellationToken)).Where(a => a.MergedInto is null).ToList();
        var there = standing.Select(a => a.ClientUuid).ToHashSet();
        var met = new List<Guid>();
        foreach (var athlete in moving.Where(a => a.MergedInto is null && !there.Contains(a.ClientUuid)))
        {
            if (standing.Where(a => a.IsSamePersonAs(athlete)).ToList() is not [var same] || moving.Count(a => a.IsSamePersonAs(same)) > 1) continue;
            Merge(athlete, same.ClientUuid, merged);
            met.Add(athlete.ClientUuid);
        }

        return met;
    }

    private async Task<List<Athlete>> StartingAsync(MergeableRecord on, CancellationToken cancellationToken)
    {
        var races = db.Races.Where(r => r.ClientUuid == on.ClientUuid || (r.SaidCompetitionUuid ?? r.CompetitionUuid) == on.ClientUuid).Select(r => r.ClientUuid);
        var named = (await db.BibAssignments.Where(b => !b.Deleted && races.Contains(b.SaidRaceUuid ?? b.RaceUuid)).Select(b => b.AthleteUuids).ToListAsync(cancellationToken)).SelectMany(a => a).Distinct().ToArray();
        return await db.Athletes.Where(a => named.Contains(a.ClientUuid)).OrderBy(a => a.Id).ToListAsync(cancellationToken);
    }

    private async Task LogAsync(
        MergeableRecord from, MergeableRecord into, string type, IReadOnlyList<Guid> met, IReadOnlyList<Guid> athletes, CancellationToken cancellationToken)
    {
        if (await db.Merges.SingleOrDefaultAsync(m => m.FromUuid == from.ClientUuid && m.UndoneAt == null, cancellationToken) is { } entry)
        {
            (entry.Races, entry.Athletes) = ([.. entry.Races.Union(met)], [.. entry.Athletes.Union(athletes)]);
            return;
        }

        db.Merges.Add(new MergeEntry
        {
            ClientUuid = Uuids.New(time), RecordType = type, FromUuid = from.ClientUuid, IntoUuid = into.ClientUuid, Races = [.. met], Athletes = [.. athletes],
            MadeAt = Instants.ToMilliseconds(time.GetUtcNow()), MadeBy = current.SignatureOn(null),
        });
    }

    private async Task<(int Moving, IReadOnlyList<int> Different)> CompareBibsAsync(MergeableRecord from, IReadOnlyList<(Race From, Race Into)> races, CancellationToken cancellationToken)
    {
        var ofFrom = db.Races.Where(r => r.ClientUuid == from.ClientUuid || (r.SaidCompetitionUuid ?? r.CompetitionUuid) == from.ClientUuid).Select(r => r.ClientUuid);
        var moving = await db.BibAssignments.AsNoTracking().Where(b => !b.Deleted && ofFrom.Contains(b.SaidRaceUuid ?? b.RaceUuid)).ToListAsync(cancellationToken);
        var into = races.ToDictionary(r => r.From.ClientUuid, r => r.Into.ClientUuid);
        var standing = into.Values.ToArray();
        var there = (await db.BibAssignments.AsNoTracking().Where(b => !b.Deleted && standing.Contains(b.RaceUuid) && b.SaidRaceUuid == null).ToListAsync(cancellationToken))
            .ToLookup(b => (b.RaceUuid, b.BibNumber));
        var people = await db.Athletes.Where(a => a.MergedInto != null).ToDictionaryAsync(a => a.ClientUuid, a => a.MergedInto!.Value, cancellationToken);
        foreach (var athlete in db.Athletes.Local.Where(a => a.MergedInto is not null)) people[athlete.ClientUuid] = athlete.MergedInto!.Value;
        var different = moving.Where(b => into.TryGetValue(b.SaidRaceUuid ?? b.RaceUuid, out var race) && there[(race, b.BibNumber)].Any(t => !Standing(t).SequenceEqual(Standing(b))));
        return (moving.Select(b => (b.SaidRaceUuid ?? b.RaceUuid, b.BibNumber)).Distinct().Count(), [.. different.Select(b => b.BibNumber).Distinct().Order()]);

        IEnumerable<Guid> Standing(BibAssignment bib) => bib.AthleteUuids.Select(a =>
        {
            while (people.TryGetValue(a, out var next)) a = next;
            return a;
        });
    }

    private async Task<IReadOnlyList<MovedView>> MovingRacesAsync(MergeableRecord from, IReadOnlyList<(Race From, Race Into)> met, CancellationToken cancellationToken)
    {
        var into = met.ToDictionary(r => r.From.ClientUuid, r => r.Into.ClientUuid);
        var moving = await db.Races.AsNoTracking().Where(r => (r.SaidCompetitionUuid ?? r.CompetitionUuid) == from.ClientUuid).OrderBy(r => r.Position).ThenBy(r => r.Id).ToListAsync(cancellationToken);
        return moving.ConvertAll(r => new MovedView(r.ClientUuid, r.Name, into.TryGetValue(r.ClientUuid, out var same) ? same : r.MergedInto));
    }
}
