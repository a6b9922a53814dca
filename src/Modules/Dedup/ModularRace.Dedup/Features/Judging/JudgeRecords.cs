using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Features.Judging;

internal sealed class JudgeRecordsHandler(DedupDbContext db, ConflictBook book, TimeProvider time) : IRequestHandler<JudgeRecords, IReadOnlyList<RecordJudgement>>
{
    public async Task<IReadOnlyList<RecordJudgement>> Handle(JudgeRecords request, CancellationToken cancellationToken)
    {
        var uuids = request.Records.Select(r => r.ClientUuid).ToArray();
        var conflicts = await db.Conflicts.Where(c => c.OtherRecordUuid == null && uuids.Contains(c.RecordUuid)).ToListAsync(cancellationToken);
        var ofRecord = conflicts.ToLookup(c => (c.RecordType, c.RecordUuid));

        var settled = (await db.Settlements.AsNoTracking().Where(s => uuids.Contains(s.RecordUuid)).ToListAsync(cancellationToken)).ToLookup(s => (s.RecordType, s.RecordUuid));
        var judgements = new List<RecordJudgement>(request.Records.Count);
        foreach (var record in request.Records)
        {
            var history = ofRecord[(record.Type, record.ClientUuid)].ToList();
            var merged = SideMerge.Merge(
                record,
                [.. history.SelectMany(c => Spans.Read(c.Disputes))],
                [.. settled[(record.Type, record.ClientUuid)].Select(s => new Settlement(s.Number, s.Fields, Parse(s.Versions)))]);
            var conflict = Reconcile(record, merged, history.Find(c => c.ResolvedAt is null));
            judgements.Add(new RecordJudgement(record.Type, record.ClientUuid, merged.Content, merged.Disputed, conflict?.ClientUuid, merged.Says, merged.Earlier));
        }

        await book.SaveAsync(cancellationToken);
        return judgements;
    }

    private static IReadOnlyList<JsonObject> Parse(string versions) => [.. JsonNode.Parse(versions)!.AsArray().Select(v => v!.AsObject())];

    /// <summary>Raises the conflict, brings an open one up to date, or closes it when one value is left (R7).</summary>
    private ConflictRow? Reconcile(RecordSides record, Merged merged, ConflictRow? open)
    {
        if (merged.Disputed.Count == 0)
        {
            if (open is null) return null;
            open.Resolution = "closed";
            open.ResolvedAt = time.GetUtcNow();
            open.Disputes = Spans.Write(Spans.End(Spans.Read(open.Disputes), Revision.Number(record.CurrentRevision)));
            return null;
        }

        if (open is null)
        {
            open = new ConflictRow
            {
                ClientUuid = Uuids.New(time),
                ConflictType = "",
                RecordType = record.Type,
                RecordUuid = record.ClientUuid,
                CompetitionUuid = record.CompetitionUuid,
                RaceUuid = record.RaceUuid,
                CreatedAt = time.GetUtcNow(),
                DifferingFields = [],
                Versions = "{}",
            };
            db.Conflicts.Add(open);
        }

        open.ConflictType = TypeOf(record, merged);
        open.RecordRevision = record.StoredRevision ?? record.CurrentRevision;
        // As it stands from now on, with what nobody disputes; what is never changed stands as it was.
        open.CloudData = (record.Type is RecordTypes.Grouping or RecordTypes.HistoryEntry ? record.Current ?? merged.Content : merged.Content).ToJsonString();
        if (record.DeviceUuid is { } arriving)
        {
            var device = record.Repeated ?? record.Sides.FirstOrDefault(s => s.Side.StartsWith(arriving.ToString(), StringComparison.Ordinal)) ?? record.Sides[^1];
            open.DeviceUuid = arriving;
            open.DeviceName = record.DeviceName;
            open.DeviceData = (record.Repeated is null ? merged.Words[device.Side] : device.Content).ToJsonString();
        }

        open.DifferingFields = [.. merged.Disputed];
        open.Disputes = Spans.Write(Spans.Follow(Spans.Read(open.Disputes), merged.Disputing, Revision.Number(record.CurrentRevision)));
        open.Versions = Versions(record, merged).ToJsonString();
        return open;
    }

    private static string TypeOf(RecordSides record, Merged merged)
    {
        if (RecordTypes.IsReference(record.Type)) return ConflictTypes.ReferenceEditedOnBothSides;
        if (record.Repeated is not null) return ConflictTypes.UuidExistsDifferentData;
        if (merged.Disputed.Contains(FieldValues.Decision, StringComparer.Ordinal)) return ConflictTypes.DecisionMismatch;
        return record.Sides.All(s => s.Base is null) ? ConflictTypes.UuidExistsDifferentData : ConflictTypes.FieldMismatch;
    }

    /// <summary>R8: all versions are kept whole.</summary>
    private static JsonObject Versions(RecordSides record, Merged merged)
    {
        var versions = new JsonObject();
        foreach (var side in record.Sides) versions[side.Side] = merged.Words[side.Side].DeepClone();
        if (record.Repeated is { } second) versions[$"{second.Side}#{second.Edit}"] = second.Content.DeepClone();
        return versions;
    }
}
