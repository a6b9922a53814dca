using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Incidents.Features.Moving;

/// <summary>
/// After a merge of races or its undoing, incidents and reports hang on what stands, with numbers of their competition, and
/// the duplicate rule runs anew over them. What their records say stays as it is.
/// </summary>
internal sealed class HangOnReferenceMoved(IncidentsDbContext db, IncidentChanges changes, DatabaseSession session) : INotificationHandler<ReferenceMoved>
{
    public async Task Handle(ReferenceMoved notification, CancellationToken cancellationToken)
    {
        var named = notification.Races.Select(r => r.Uuid).ToArray();
        var hanging = await db.Incidents.Where(i => named.Contains(i.SaidRaceUuid ?? i.RaceUuid)).Select(i => i.RaceUuid).Distinct().ToListAsync(cancellationToken);
        Guid[] races = [.. hanging.Concat(notification.Races.SelectMany(r => new[] { r.Uuid, r.StandsFor })).Distinct()];
        await session.LockAsync(RaceLock.Scope, races, cancellationToken);

        var stood = await db.Incidents.Where(i => races.Contains(i.RaceUuid) && i.Stands).Select(i => i.ClientUuid).ToHashSetAsync(cancellationToken);
        var moved = await MoveAsync(notification, cancellationToken);
        await changes.SaveAsync([], [], [], moved, ChangeSource.Derived, cancellationToken);

        notification.Incidents += moved.Count;
        var joined = await db.Incidents.Where(i => i.MergedInto != null && races.Contains(i.RaceUuid)).OrderBy(i => i.OccurredAt)
            .Select(i => new JoinedIncident(i.ClientUuid, i.MergedInto!.Value, i.BibNumber, i.OccurredAt)).ToListAsync(cancellationToken);
        foreach (var incident in joined.Where(i => stood.Contains(i.IncidentUuid))) notification.Joined.Add(incident);
    }

    private async Task<HashSet<Guid>> MoveAsync(ReferenceMoved to, CancellationToken cancellationToken)
    {
        var moved = new HashSet<Guid>();
        var byUuid = to.Races.ToDictionary(r => r.Uuid);
        var named = byUuid.Keys.ToArray();
        var incidents = await db.Incidents.AsNoTracking().Where(i => named.Contains(i.SaidRaceUuid ?? i.RaceUuid))
            .OrderBy(i => i.Number).Select(i => new { i.ClientUuid, i.CompetitionUuid, i.RaceUuid, Named = i.SaidRaceUuid ?? i.RaceUuid }).ToListAsync(cancellationToken);
        foreach (var going in incidents.Where(i => i.CompetitionUuid != byUuid[i.Named].HangsOn).GroupBy(i => byUuid[i.Named].HangsOn))
        {
            // Its number may be taken there.
            var uuids = going.Select(i => i.ClientUuid).ToArray();
            var said = going.Select(i => byUuid[i.Named].CompetitionUuid).ToArray();
            var first = await changes.TakeNumbersAsync(going.Key, uuids.Length, cancellationToken);
            await db.Database.ExecuteSqlAsync(
                $"""
                UPDATE incidents.incidents i SET competition_uuid = {going.Key}, said_competition_uuid = NULLIF(m.said, {going.Key}), number = {first} + m.place - 1
                FROM unnest({uuids}, {said}) WITH ORDINALITY AS m(incident, said, place) WHERE i.client_uuid = m.incident
                """, cancellationToken);
            moved.UnionWith(uuids);
        }

        foreach (var going in incidents.Where(i => i.RaceUuid != byUuid[i.Named].StandsFor).GroupBy(i => (i.Named, byUuid[i.Named].StandsFor)))
        {
            var (uuids, race, standsFor) = (going.Select(i => i.ClientUuid).ToArray(), going.Key.Named, going.Key.StandsFor);
            await db.Database.ExecuteSqlAsync(
                $"UPDATE incidents.incidents SET race_uuid = {standsFor}, said_race_uuid = NULLIF({race}, {standsFor}) WHERE client_uuid = ANY({uuids})", cancellationToken);
            moved.UnionWith(uuids);
        }

        var (places, stand) = (to.Locations.Keys.ToArray(), to.Locations.Values.ToArray());
        moved.UnionWith(await db.Database.SqlQuery<Guid>(
            $"""
            UPDATE incidents.incidents i SET race_location_uuid = m.stands, said_race_location_uuid = NULLIF(m.said, m.stands)
            FROM unnest({places}, {stand}) AS m(said, stands)
            WHERE coalesce(i.said_race_location_uuid, i.race_location_uuid) = m.said AND i.race_location_uuid <> m.stands
            RETURNING i.client_uuid AS "Value"
            """).ToListAsync(cancellationToken));
        moved.UnionWith(await db.Database.SqlQuery<Guid>(
            $"""
            UPDATE incidents.reports r SET race_location_uuid = m.stands, said_race_location_uuid = NULLIF(m.said, m.stands)
            FROM unnest({places}, {stand}) AS m(said, stands)
            WHERE coalesce(r.said_race_location_uuid, r.race_location_uuid) = m.said AND r.race_location_uuid <> m.stands
            RETURNING r.incident_uuid AS "Value"
            """).ToListAsync(cancellationToken));
        return moved;
    }
}
