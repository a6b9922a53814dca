using System.Text.Json.Nodes;
using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Records;

namespace ModularRace.Sync.Features.OnServer.Uploading.TakingIn;

/// <summary>The modules that own the records. Each call is for records of one of them.</summary>
internal static class IntakeOwners
{
    /// <summary>Which of these their owner could take as they came.</summary>
    public static Task<IReadOnlyList<RecordOutcome>> CheckAsync(IMediator mediator, List<IntakeItem> items, CancellationToken ct)
    {
        var incoming = items.ConvertAll(i => Incoming(i, i.Content));
        return Owned(items) switch
        {
            Owner.Competitions => mediator.Send(new CheckReferenceRecords(incoming), ct),
            Owner.Dedup => mediator.Send(new CheckGroupingRecords(incoming), ct),
            _ => mediator.Send(new CheckIncidentRecords(incoming), ct),
        };
    }

    /// <summary>Stores what came of them.</summary>
    public static async Task ApplyAsync(IMediator mediator, List<IntakeItem> items, CancellationToken ct)
    {
        if (items.Count == 0) return;
        var incoming = items.ConvertAll(i => Incoming(i, i.Judgement?.Content ?? i.Content));
        var outcomes = Owned(items) switch
        {
            Owner.Competitions => await mediator.Send(new ApplyReferenceRecords(incoming), ct),
            Owner.Dedup => await mediator.Send(new ApplyGroupingRecords(incoming), ct),
            _ => await mediator.Send(new ApplyIncidentRecords(incoming), ct),
        };
        foreach (var (item, outcome) in items.Zip(outcomes)) item.Outcome = outcome;
    }

    private static Owner Owned(List<IntakeItem> items) =>
        RecordTypes.IsReference(items[0].Record.Type!) ? Owner.Competitions : items[0].Record.Type == RecordTypes.Grouping ? Owner.Dedup : Owner.Incidents;

    private static IncomingRecord Incoming(IntakeItem item, JsonObject content)
    {
        var whole = new JsonObject();
        foreach (var (name, value) in content)
            if (value is not null) whole[name] = value.DeepClone();
        var deleted = whole["deleted"] is JsonValue v && v.TryGetValue<bool>(out var flag) && flag;
        return new IncomingRecord(item.Record.Type!, item.Record.ClientUuid, whole, item.Latest?.Origin ?? item.Origin, deleted);
    }

    private enum Owner
    {
        Competitions,
        Incidents,
        Dedup,
    }
}
