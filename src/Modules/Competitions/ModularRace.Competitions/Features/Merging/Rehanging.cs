using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Merging;

/// <summary>After a merge or its undoing: everything hangs where it belongs, the feed tells of it, and so do the modules after this one.</summary>
internal sealed class Rehanging(CompetitionsDbContext db, IMediator mediator)
{
    /// <param name="changed">What was merged or freed, tracked.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<ReferenceMoved> RunAsync(IReadOnlyList<MergeableRecord> changed, CancellationToken cancellationToken)
    {
        await db.SaveChangesAsync(cancellationToken);
        // Nobody's edit: content and revision are as they were, and each device hears what became of it.
        if (changed.Count > 0) await mediator.Publish(new RecordsChanged(await ReferenceChanges.ToRecordsAsync(db, changed, cancellationToken), ChangeSource.Derived), cancellationToken);
        // From here on plain SQL changes what hangs where: what is read later is read anew.
        db.ChangeTracker.Clear();

        var standings = await Standings.ReadAsync(db, cancellationToken);
        var named = standings.Merged.Union(changed.Select(c => c.ClientUuid)).ToArray();
        var standing = Array.ConvertAll(named, standings.Of);
        foreach (var (table, place) in ((string, string)[])[("races", "competition"), ("penalties", "competition"), ("phrases", "competition"), ("race_locations", "race"), ("bib_assignments", "race")])
        {
#pragma warning disable EF1002 // the names are those of this module's tables
            await db.Database.ExecuteSqlRawAsync(
                $$"""
                  UPDATE competitions.{{table}} t SET {{place}}_uuid = m.standing, said_{{place}}_uuid = NULLIF(m.named, m.standing)
                  FROM unnest({0}, {1}) AS m(named, standing)
                  WHERE coalesce(t.said_{{place}}_uuid, t.{{place}}_uuid) = m.named AND t.{{place}}_uuid <> m.standing
                  """, [named, standing], cancellationToken);
#pragma warning restore EF1002
        }

        var moved = await MovedAsync(named, standings, cancellationToken);
        await mediator.Publish(moved, cancellationToken);
        return moved;
    }

    private async Task<ReferenceMoved> MovedAsync(Guid[] named, Standings standings, CancellationToken cancellationToken)
    {
        var races = await db.Races.AsNoTracking().Where(r => named.Contains(r.ClientUuid) || named.Contains(r.SaidCompetitionUuid ?? r.CompetitionUuid)).ToListAsync(cancellationToken);
        var stand = races.Select(r => standings.Of(r.ClientUuid)).Distinct().ToArray();
        var hangsOn = await db.Races.Where(r => stand.Contains(r.ClientUuid)).ToDictionaryAsync(r => r.ClientUuid, r => r.CompetitionUuid, cancellationToken);
        var uuids = races.ConvertAll(r => r.ClientUuid);
        var locations = await db.RaceLocations.Where(l => uuids.Contains(l.SaidRaceUuid ?? l.RaceUuid)).Select(l => l.ClientUuid).ToListAsync(cancellationToken);
        return new ReferenceMoved(
            races.ConvertAll(r => new MovedRace(r.ClientUuid, r.SaidCompetitionUuid ?? r.CompetitionUuid, standings.Of(r.ClientUuid), hangsOn[standings.Of(r.ClientUuid)])),
            locations.ToDictionary(l => l, standings.Of));
    }
}
