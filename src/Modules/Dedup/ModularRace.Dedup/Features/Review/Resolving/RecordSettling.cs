using System.Text.Json.Nodes;
using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Features.Review.Resolving;

/// <summary>Writes what a person chose between the versions of one record.</summary>
internal sealed class RecordSettling(DedupDbContext db, ConflictBook book, ChosenContent chosen, IMediator mediator, ICurrentActor current)
{
    public async Task SettleAsync(ConflictRow conflict, ResolveConflict request, CancellationToken cancellationToken)
    {
        var type = conflict.RecordType;
        var standing = Parse(conflict.CloudData);
        var versions = JsonNode.Parse(conflict.Versions)!.AsObject().Select(v => v.Value?.DeepClone().AsObject()).OfType<JsonObject>().Append(standing).ToList();
        if (conflict.DeviceData is { } device) versions.Add(Parse(device));
        if (type is RecordTypes.Grouping or RecordTypes.HistoryEntry && request.Resolution != Resolutions.CloudWins)
            throw Problem.Validation("resolution", "This record is never changed: only the cloud's can stay.");

        var content = (JsonObject)standing.DeepClone();
        if (request.Resolution == Resolutions.DeviceWins)
            foreach (var name in conflict.DifferingFields) FieldValues.Copy(type, name, Parse(conflict.DeviceData), content);
        else if (request.Resolution == Resolutions.Manual)
            content = chosen.Manual(conflict.CompetitionUuid, type, standing, request.Data!, versions, request.Notes);

        var incoming = Incoming(conflict, content);
        await CheckAsync(conflict, incoming, cancellationToken);

        var number = Revision.Number(conflict.RecordRevision);
        conflict.Disputes = Spans.Write(Spans.End(Spans.Read(conflict.Disputes), number));
        var fields = FieldValues.Names(type, [standing, content]).Where(n => !FieldValues.Identical(type, n, standing, content)).Union(conflict.DifferingFields, StringComparer.Ordinal);
        db.Settlements.Add(new SettlementRow
        {
            ConflictUuid = conflict.ClientUuid,
            RecordType = type,
            RecordUuid = conflict.RecordUuid,
            Number = number + 1,
            Fields = [.. fields.Order(StringComparer.Ordinal)],
            Versions = new JsonArray([.. versions.Select(v => (JsonNode)v.DeepClone())]).ToJsonString(),
        });
        // Resolved before it is written: what was kept out takes part again in the very regrouping that the writing brings.
        await book.SaveAsync(cancellationToken);
        conflict.RecordRevision = (await WriteAsync(incoming, request.Resolution, cancellationToken)).Revision;
        await db.SaveChangesAsync(cancellationToken);
    }

    private static IncomingRecord Incoming(ConflictRow conflict, JsonObject content) =>
        new(conflict.RecordType, conflict.RecordUuid, content, CloudIdentity.Cloud, content["deleted"] is JsonValue v && v.TryGetValue<bool>(out var deleted) && deleted, Settled: true);

    private async Task CheckAsync(ConflictRow conflict, IncomingRecord incoming, CancellationToken cancellationToken)
    {
        if (incoming.Type == RecordTypes.Grouping) return;
        var check = RecordTypes.IsReference(incoming.Type)
            ? (await mediator.Send(new CheckReferenceRecords([incoming]), cancellationToken))[0]
            : (await mediator.Send(new CheckIncidentRecords([incoming]), cancellationToken))[0];
        if (check.Verdict != RecordVerdict.Acceptable) throw Problem.Validation($"data.{check.Error?.Field ?? "record"}", check.Error?.Message ?? "It cannot be taken.");
        // R15: who reviews one competition does not reach into another by naming its race.
        if (check.CompetitionUuid != conflict.CompetitionUuid) current.Actor.Require(check.CompetitionUuid, Roles.JuryPresident);
    }

    private async Task<RecordOutcome> WriteAsync(IncomingRecord incoming, string how, CancellationToken cancellationToken) => (
        incoming.Type == RecordTypes.Grouping ? await mediator.Send(new ApplyGroupingRecords([incoming]), cancellationToken)
        : RecordTypes.IsReference(incoming.Type) ? await mediator.Send(new ApplyReferenceRecords([incoming]), cancellationToken)
        : await mediator.Send(new SettleIncidentRecords([incoming], how), cancellationToken))[0];

    private static JsonObject Parse(string? json) => json is null ? throw Problem.Validation("resolution", "There is no such version.") : JsonNode.Parse(json)!.AsObject();
}
