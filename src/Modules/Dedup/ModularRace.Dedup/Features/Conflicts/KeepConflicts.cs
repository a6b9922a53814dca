using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Features.Regrouping;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Shared.Validation;

namespace ModularRace.Dedup.Features.Conflicts;

internal sealed class KeepConflictsHandler(DedupDbContext db, Regrouper regrouper, IMediator mediator) : IRequestHandler<KeepConflicts, IReadOnlyList<KeptConflict>>
{
    public async Task<IReadOnlyList<KeptConflict>> Handle(KeepConflicts request, CancellationToken cancellationToken)
    {
        var uuids = request.Records.Select(r => r.ClientUuid).ToArray();
        var known = await db.Conflicts.Where(c => uuids.Contains(c.ClientUuid)).ToDictionaryAsync(c => c.ClientUuid, cancellationToken);
        var told = new List<(ConflictRow Row, IncomingRecord Record)>();
        foreach (var record in request.Records)
            if (Read(record) is { } row)
            {
                // As a whole: the cloud says each time how it stands.
                if (known.Remove(record.ClientUuid, out var before)) db.Conflicts.Remove(before);
                told.Add((row, record));
            }

        // Two incidents that this system put before a person by itself: it is the cloud's conflict now.
        var pairs = told.Where(t => t.Row.OtherRecordUuid is not null).Select(t => DuplicateRule.Ordered(t.Row.RecordUuid, t.Row.OtherRecordUuid!.Value)).ToHashSet();
        var records = told.Select(t => t.Row.RecordUuid).Concat(told.Select(t => t.Row.OtherRecordUuid).OfType<Guid>()).Distinct().ToArray();
        var open = await db.Conflicts.Where(c => c.ResolvedAt == null && c.OtherRecordUuid != null && records.Contains(c.RecordUuid)).ToListAsync(cancellationToken);
        db.Conflicts.RemoveRange(open.Where(c => pairs.Contains(DuplicateRule.Ordered(c.RecordUuid, c.OtherRecordUuid!.Value))));
        await db.SaveChangesAsync(cancellationToken);

        db.Conflicts.AddRange(told.Select(t => t.Row));
        await db.SaveChangesAsync(cancellationToken);
        var ofReports = await db.Observations.Where(o => o.ReportUuid != null && records.Contains(o.ReportUuid.Value)).Select(o => o.IncidentUuid).ToListAsync(cancellationToken);
        await regrouper.AroundAsync([.. records.Concat(ofReports).Distinct()], cancellationToken);
        await mediator.Publish(ConflictBook.Told(told.Select(t => t.Row)), cancellationToken);
        return [.. told.Select(t => new KeptConflict(t.Row.ClientUuid, t.Row.ResolvedAt is null, [t.Row.RecordUuid, .. t.Row.OtherRecordUuid is { } other ? new[] { other } : []]))];
    }

    /// <summary>Null where it makes no sense here: a later version of the cloud may say more than this one knows.</summary>
    private static ConflictRow? Read(IncomingRecord record)
    {
        var reader = new RecordReader(record.Content);
        var (type, of, uuid, other) = (reader.Text("conflict_type", Texts.Name, required: true), reader.Text("record_type", Texts.Name, required: true), reader.Uuid("record_uuid", required: true), reader.Uuid("other_record_uuid"));
        var (competition, race, made, resolved) = (reader.Uuid("competition_uuid"), reader.Uuid("race_uuid"), reader.Time("created_at", required: true), reader.Time("resolved_at"));
        var (how, by, notes) = (reader.Text("resolution", Texts.Name), reader.Text("resolved_by", 500), reader.Text("notes", Texts.Note));
        var fields = (reader.Node("differing_fields") as JsonArray ?? []).OfType<JsonValue>().Select(v => v.TryGetValue<string>(out var text) ? text : null).OfType<string>().ToArray();
        return reader.Error is not null ? null : new ConflictRow
        {
            ClientUuid = record.ClientUuid, ConflictType = type!, RecordType = of!, RecordUuid = uuid!.Value, OtherRecordUuid = other, CompetitionUuid = competition, RaceUuid = race,
            DifferingFields = fields, Versions = "{}", CreatedAt = made!.Value, ResolvedAt = resolved, Resolution = how, ResolvedBy = by, Notes = notes,
        };
    }
}
