using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Features.OnServer.Feed;

/// <param name="Record">As a person has just made it on the cloud.</param>
/// <param name="Before">The version that the person changed.</param>
internal sealed record SaidHere(RecordVersion Record, LatestVersion Before);

/// <summary>R7: what a person changes on the cloud is the cloud's own word on the record, beside those of the devices.</summary>
internal sealed class OwnWord(SyncDbContext db, IMediator mediator)
{
    /// <summary>Keeps the edits as the cloud's side; answers which of them changed a record that was there.</summary>
    public async Task<IReadOnlyList<SaidHere>> WriteAsync(IReadOnlyList<RecordVersion> records, DateTimeOffset now, CancellationToken ct)
    {
        var before = await LatestVersions.ReadAsync(db, records.Select(r => r.ClientUuid), ct);
        var uuids = records.Select(r => r.ClientUuid).Distinct().ToArray();
        var own = (await db.RecordEdits.AsNoTracking().Where(e => uuids.Contains(e.ClientUuid) && e.Side == CloudIdentity.Cloud).ToListAsync(ct))
            .ToDictionary(e => (e.Type, e.ClientUuid));
        var settled = await mediator.Send(new FindSettledFields([.. records.Select(r => (r.Type, r.ClientUuid, Revision.Number(r.Revision)))]), ct);
        var edits = new List<RecordEdit>();
        var said = new List<SaidHere>();
        foreach (var record in records)
        {
            var was = before.GetValueOrDefault((record.Type, record.ClientUuid));
            if (was is not null && string.Equals(was.Revision, record.Revision, StringComparison.Ordinal)) continue;
            if (was is not null) said.Add(new SaidHere(record, was));
            var last = own.GetValueOrDefault((record.Type, record.ClientUuid));
            var number = Revision.Number(record.Revision);
            // What a person settled is made on itself: it says the fields that were settled, whatever they were before.
            var chosen = settled.GetValueOrDefault((record.Type, record.ClientUuid));
            var says = Saying.Of(
                record.Type, record.Content, chosen is null ? was?.Content : record.Content, number,
                last is null ? null : Saying.Read(last.Says), last is null ? null : Parse(last.Content));
            foreach (var field in chosen ?? []) says[field] = number;
            edits.Add(new RecordEdit
            {
                Type = record.Type,
                ClientUuid = record.ClientUuid,
                Side = CloudIdentity.Cloud,
                Edit = (last?.Edit ?? 0) + 1,
                BaseRevision = chosen is null ? was?.Revision : record.Revision,
                Content = record.Content.ToJsonString(ApiJson.Options),
                Digest = Wire.RecordDigest.Of(record.Content),
                TakenNumber = number,
                Says = Saying.Write(says),
                TakenAt = now,
            });
        }

        await StoreEdits.UpsertAsync(db, edits, ct);
        return said;
    }

    /// <summary>
    /// A record in conflict is judged anew with the cloud's new word: where one value is left the conflict closes itself. A
    /// record in none needs no judging: the person had every value before them, and what they say stands.
    /// </summary>
    public async Task JudgeAsync(IReadOnlyList<SaidHere> said, CancellationToken ct)
    {
        if (said.Count == 0) return;
        var open = await mediator.Send(new FindOpenConflicts([.. said.Select(s => s.Record.ClientUuid)]), ct);
        var disputed = said.Where(s => open.ContainsKey(s.Record.ClientUuid)).ToList();
        if (disputed.Count == 0) return;

        var sides = await StoredSides.ReadAsync(db, [.. disputed.Select(s => s.Record.ClientUuid).Distinct()], [], ct);
        var stored = disputed.ConvertAll(s => sides.Of((s.Record.Type, s.Record.ClientUuid)).ToList());
        // As an upload would bring it: held against the version before, with the one that is here now as its outcome.
        var judgements = await mediator.Send(
            new JudgeRecords([.. disputed.Zip(stored, (s, of) => new RecordSides(
                s.Record.Type, s.Record.ClientUuid, s.Record.CompetitionUuid, s.Record.RaceUuid, s.Record.Origin, s.Before.Revision, s.Before.Content,
                [.. of.Select(o => o.Side)], DeviceUuid: null, DeviceName: null, StoredRevision: s.Record.Revision))]), ct);

        var edits = new List<RecordEdit>();
        var differing = new List<IncomingRecord>();
        for (var i = 0; i < disputed.Count; i++)
        {
            var (record, judgement) = (disputed[i].Record, judgements[i]);
            var number = Revision.Number(record.Revision);
            foreach (var (edit, _) in stored[i])
            {
                if (Words.Judge(edit, judgement, number, number)) edits.Add(edit);
            }

            // Of two equal decisions the earlier time stays, which the person did not write.
            if (!Wire.RecordDigest.Of(judgement.Content).AsSpan().SequenceEqual(Wire.RecordDigest.Of(record.Content)))
                differing.Add(new IncomingRecord(record.Type, record.ClientUuid, judgement.Content, record.Origin, record.Deleted));
        }

        await StoreEdits.UpsertAsync(db, edits, ct);
        var reference = differing.Where(r => RecordTypes.IsReference(r.Type)).ToList();
        var incidents = differing.Where(r => r.Type is RecordTypes.Incident or RecordTypes.Report).ToList();
        if (reference.Count > 0) await mediator.Send(new ApplyReferenceRecords(reference), ct);
        if (incidents.Count > 0) await mediator.Send(new ApplyIncidentRecords(incidents), ct);
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
