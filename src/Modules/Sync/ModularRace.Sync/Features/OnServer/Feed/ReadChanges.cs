using System.Text.Json.Nodes;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Records;
using ModularRace.Shared.Web;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Feed;

/// <summary>What changed in a competition since a cursor (R9).</summary>
/// <param name="StoreUuid">The device's database: what stands here as that sent it is named by its batch instead of repeated (R12); null: everything comes whole.</param>
internal sealed record ReadChanges(string? Cursor, int? Limit, Guid? StoreUuid = null) : IQuery<ChangesAnswer>;

internal sealed class ReadChangesValidator : AbstractValidator<ReadChanges>
{
    public ReadChangesValidator()
    {
        RuleFor(r => r.Cursor).NotEmpty().WithMessage("It is required: the download gives the first.");
        RuleFor(r => r.Limit).InclusiveBetween(1, ReadChangesHandler.Most).WithMessage($"It is from 1 to {ReadChangesHandler.Most}.");
    }
}

internal sealed class ReadChangesHandler(SyncDbContext db, FeedReader feed, IMediator mediator, ICurrentActor current) : IRequestHandler<ReadChanges, ChangesAnswer>
{
    public const int Most = PageRequest.Most;
    private static readonly string[] ReferenceTypes = [.. RecordTypes.InOrder.Where(RecordTypes.IsReference)];

    public async Task<ChangesAnswer> Handle(ReadChanges request, CancellationToken ct)
    {
        var device = await DeviceAccess.RequireDeviceAsync(db, current.Actor, ct);
        var since = FeedCursor.Parse(request.Cursor);
        var end = await feed.HeadAsync(ct);
        // Before the grant: a restored backup may be older than the grant, and the device must learn of that.
        if (!await feed.HasBeenAtAsync(since.Read, ct) || !await feed.HasBeenAtAsync(since.Downloaded, ct)) throw FeedCursor.Expired();
        await DeviceAccess.RequireGrantAsync(db, device, since.CompetitionUuid, ct);

        var head = end.Position;
        var limit = request.Limit ?? 100;
        var races = since.Date is { } date ? await RacesOfAsync(since.CompetitionUuid, date, ct) : null;
        var own = request.StoreUuid is { } store ? await new OwnVersions(db).ReadAsync(device.DeviceUuid, store, since, head, races, ct) : [];
        var named = own.Select(o => o.ClientUuid).ToArray();
        var rows = await db.Feed.FromSql(
            $"""
             SELECT * FROM sync.record_versions v
             WHERE v.position > {since.Read.Position} AND v.position <= {head}
               AND (v.position > {since.Downloaded.Position} OR v.type <> ALL({ReferenceTypes}))
               AND (v.competition_uuid = {since.CompetitionUuid}
                    OR v.type = 'athlete' AND EXISTS (
                        SELECT FROM sync.record_versions b
                        WHERE b.competition_uuid = {since.CompetitionUuid} AND b.type = 'bib_assignment' AND jsonb_exists(b.content -> 'athlete_uuids', v.client_uuid::text)))
               AND ({races}::uuid[] IS NULL OR v.race_uuid IS NULL OR v.race_uuid = ANY({races}))
               AND v.client_uuid <> ALL({named})
             ORDER BY v.position LIMIT {limit + 1}
             """).AsNoTracking().ToListAsync(ct);
        var more = rows.Count > limit;
        if (more) rows.RemoveAt(limit);

        if (more) end = new FeedPlace(rows[^1].Position!.Value, rows[^1].Mark!.Value);
        // What lies behind the end of this page comes with the next.
        var brief = OwnVersions.InShort(own.Where(o => o.Position <= end.Position));
        return new ChangesAnswer(await NewestAsync(rows, head, ct), (since with { Read = end }).Write(), more, request.StoreUuid is null ? null : brief);
    }

    /// <summary>
    /// Each record once, in the place of its first change here and as it is at the head: the place keeps it after what it
    /// refers to, and an older version helps nobody. An athlete comes before the bib that names him, also if he was known in
    /// another competition long ago.
    /// </summary>
    private async Task<List<Change>> NewestAsync(List<FeedRow> rows, long head, CancellationToken ct)
    {
        var order = new List<(string Type, Guid Uuid)>();
        var seen = new HashSet<(string, Guid)>();
        foreach (var row in rows)
        {
            if (row.Type == RecordTypes.BibAssignment && JsonNode.Parse(row.Content)!["athlete_uuids"] is JsonArray athletes)
                foreach (var athlete in athletes.Select(a => Guid.TryParse(a?.GetValue<string>(), out var uuid) ? uuid : Guid.Empty))
                    if (seen.Add((RecordTypes.Athlete, athlete)))
                        order.Add((RecordTypes.Athlete, athlete));
            if (seen.Add((row.Type, row.ClientUuid))) order.Add((row.Type, row.ClientUuid));
        }

        var uuids = order.Select(o => o.Uuid).ToArray();
        var newest = (await db.Feed.FromSql(
                $"""
                 SELECT DISTINCT ON (client_uuid, type) * FROM sync.record_versions
                 WHERE client_uuid = ANY({uuids}) AND position <= {head} ORDER BY client_uuid, type, position DESC
                 """).AsNoTracking().ToListAsync(ct))
            .ToDictionary(r => (r.Type, r.ClientUuid));
        // The newest bib may name an athlete that the versions of this page did not.
        var late = newest.Values.Where(r => r.Type == RecordTypes.BibAssignment).SelectMany(r => (JsonNode.Parse(r.Content)!["athlete_uuids"] as JsonArray ?? []).Select(a => Guid.Parse(a!.GetValue<string>())))
            .Where(a => !newest.ContainsKey((RecordTypes.Athlete, a))).Distinct().ToArray();
        if (late.Length > 0)
        {
            var athletes = await db.Feed.FromSql(
                $"""
                 SELECT DISTINCT ON (client_uuid, type) * FROM sync.record_versions
                 WHERE client_uuid = ANY({late}) AND type = 'athlete' AND position <= {head} ORDER BY client_uuid, type, position DESC
                 """).AsNoTracking().ToListAsync(ct);
            foreach (var athlete in athletes) newest[(athlete.Type, athlete.ClientUuid)] = athlete;
            order.InsertRange(0, athletes.Select(a => (a.Type, a.ClientUuid)));
        }

        return [.. order.Where(newest.ContainsKey).Select(key => ToChange(newest[key]))];
    }

    private static Change ToChange(FeedRow row) => new(
        row.Type, row.ClientUuid, row.Revision, row.Deleted,
        WireRecord.ToAnswer(row.ClientUuid, row.Revision, row.Origin, JsonNode.Parse(row.Content)!.AsObject(), row.Answer is null ? null : JsonNode.Parse(row.Answer)!.AsObject()));

    /// <summary>The races of a day at the venue; a race without a time belongs to every day.</summary>
    private async Task<Guid[]> RacesOfAsync(Guid competition, DateOnly date, CancellationToken ct) =>
    [
        .. (await mediator.Send(new FindRacesOfCompetition(competition, AsSaid: true), ct))
            .Where(r => r.ScheduledAt is not { } at || DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(r.TimeZone)).DateTime) == date)
            .Select(r => r.ClientUuid),
    ];
}
