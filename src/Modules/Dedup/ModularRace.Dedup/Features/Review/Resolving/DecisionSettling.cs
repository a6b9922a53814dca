using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Features.Groupings;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Features.Review.Resolving;

/// <summary>
/// Two near incidents on which different things were decided: a person makes both decisions the same, so that the rule joins
/// them, or keeps them apart. What a person decides on a group is written to every member (R4).
/// </summary>
internal sealed class DecisionSettling(DedupDbContext db, ConflictBook book, PeoplesWord word, ChosenContent chosen, IMediator mediator)
{
    private const string Type = RecordTypes.Incident;

    public async Task SettleAsync(ConflictRow conflict, ResolveConflict request, CancellationToken cancellationToken)
    {
        var named = await word.LockAsync([conflict.RecordUuid, conflict.OtherRecordUuid!.Value], cancellationToken);
        var (device, cloud) = (await word.GroupOfAsync(named[0], cancellationToken), await word.GroupOfAsync(named[1], cancellationToken));
        Guid[] members = [.. device.Concat(cloud).Select(m => m.IncidentUuid)];
        var records = (await mediator.Send(new ReadIncidentRecords(members), cancellationToken)).ToDictionary(r => r.ClientUuid);

        if (request.Resolution == Resolutions.KeepApart)
        {
            await word.SayApartAsync(device, cloud, request.Notes, cancellationToken);
            await book.SaveAsync(cancellationToken);
            await WriteAsync([.. named.Select(n => records[n.IncidentUuid])], r => (JsonObject)r.Content.DeepClone(), request.Resolution, cancellationToken);
            await word.NoteAsync(GroupingContent.Apart, [conflict.RecordUuid], conflict.OtherRecordUuid.Value, request.Notes, cancellationToken);
            await word.NoteAsync(GroupingContent.Apart, [conflict.OtherRecordUuid.Value], conflict.RecordUuid, request.Notes, cancellationToken);
            await word.TellAsync(cancellationToken);
        }
        else
        {
            var decided = request.Resolution switch
            {
                Resolutions.CloudWins => records[conflict.OtherRecordUuid.Value].Content,
                Resolutions.DeviceWins => records[conflict.RecordUuid].Content,
                _ => Manual(conflict, records[conflict.OtherRecordUuid.Value].Content, request, [.. records.Values.Select(r => r.Content)]),
            };
            var official = decided["status"]?.GetValue<string>() == "official"
                ? decided : records.Values.Select(r => r.Content).FirstOrDefault(c => c["status"]?.GetValue<string>() == "official");
            var wanted = records.Values.ToDictionary(r => r.ClientUuid, r => Decided(r.Content, decided, official));
            var written = records.Values
                .Where(r => r.ClientUuid == conflict.RecordUuid || r.ClientUuid == conflict.OtherRecordUuid || !JsonNode.DeepEquals(r.Content, wanted[r.ClientUuid])).ToList();
            await CheckAsync([.. written.Select(r => Incoming(r, wanted[r.ClientUuid]))], cancellationToken);
            foreach (var record in written)
                db.Settlements.Add(new SettlementRow
                {
                    ConflictUuid = conflict.ClientUuid,
                    RecordType = Type,
                    RecordUuid = record.ClientUuid,
                    Number = Revision.Number(record.Revision) + 1,
                    Fields = [FieldValues.Decision, .. FieldValues.Identical(Type, FieldValues.Status, record.Content, wanted[record.ClientUuid]) ? Array.Empty<string>() : [FieldValues.Status]],
                    Versions = new JsonArray(record.Content.DeepClone()).ToJsonString(),
                });
            await book.SaveAsync(cancellationToken);
            await WriteAsync(written, r => wanted[r.ClientUuid], request.Resolution, cancellationToken);
        }

        conflict.RecordRevision = (await mediator.Send(new ReadIncidentRecords([conflict.RecordUuid]), cancellationToken))[0].Revision;
        await db.SaveChangesAsync(cancellationToken);
    }

    private JsonObject Manual(ConflictRow conflict, JsonObject standing, ResolveConflict request, List<JsonObject> versions)
    {
        if (request.Data!["decision"] is null) throw Problem.Validation("data.decision", "It is required: it is what the two differ in.");
        var data = new JsonObject();
        foreach (var field in FieldValues.Fields(Type, FieldValues.Decision)) data[field] = request.Data[field]?.DeepClone();
        return chosen.Manual(conflict.CompetitionUuid, Type, standing, data, versions, request.Notes);
    }

    /// <summary>The record with that decision, and official where a decision asks for it or another of them is.</summary>
    private static JsonObject Decided(JsonObject content, JsonObject decided, JsonObject? official)
    {
        var written = (JsonObject)content.DeepClone();
        FieldValues.Copy(Type, FieldValues.Decision, decided, written);
        if (official is not null && written["status"]?.GetValue<string>() != "official") FieldValues.Copy(Type, FieldValues.Status, official, written);
        return written;
    }

    private async Task CheckAsync(IReadOnlyList<IncomingRecord> records, CancellationToken cancellationToken)
    {
        foreach (var check in await mediator.Send(new CheckIncidentRecords(records), cancellationToken))
            if (check.Verdict != RecordVerdict.Acceptable) throw Problem.Validation($"data.{check.Error?.Field ?? "decision"}", check.Error?.Message ?? "It cannot be taken.");
    }

    private Task<IReadOnlyList<RecordOutcome>> WriteAsync(IReadOnlyList<RecordVersion> records, Func<RecordVersion, JsonObject> content, string how, CancellationToken cancellationToken) =>
        mediator.Send(new SettleIncidentRecords([.. records.Select(r => Incoming(r, content(r)))], how), cancellationToken);

    private static IncomingRecord Incoming(RecordVersion record, JsonObject content) => new(Type, record.ClientUuid, content, CloudIdentity.Cloud, Settled: true);
}
