using MediatR;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Uploading.TakingIn;

/// <summary>R7, for records that somebody knew before. Records that nobody knew are as they came.</summary>
internal static class IntakeJudging
{
    public static async Task JudgeAsync(IMediator mediator, List<IntakeItem> good, Sender sender, CancellationToken ct)
    {
        var judged = new List<(IntakeItem Item, RecordSides Sides)>();
        foreach (var item in good.Where(i => i.Latest is not null || i.Stored.Count > 0))
        {
            var record = item.Record;
            // Never changed: the same again is known, another content is a conflict and changes nothing.
            var fixedForEver = record.Type is RecordTypes.Grouping or RecordTypes.HistoryEntry;
            item.Settled = fixedForEver && item.Latest is not null;
            if (item.Settled && RecordDigest.Of(item.Content).AsSpan().SequenceEqual(RecordDigest.Of(item.Latest!.Content))) continue;

            var own = item.Stored.TryGetValue(sender.Side, out var stored) ? stored.Side : null;
            // What never changes has but one number, whichever the device gave to its second content.
            item.Repeated |= item.Settled && own is not null;
            var arriving = new SideEdit(
                sender.Side, record.Edit, item.Content, item.Base, item.BaseNumber, Revision.Number(item.Latest?.Revision) + 1,
                own is null ? new Dictionary<string, long>(StringComparer.Ordinal) : Saying.Inherited(own, item.Content))
            { Last = own };
            var sides = item.Stored.Values.Select(s => s.Side).Where(s => item.Repeated || s.Side != sender.Side).ToList();
            if (!item.Repeated) sides.Add(arriving);
            judged.Add((item, new RecordSides(
                record.Type!, record.ClientUuid, item.CompetitionUuid, item.RaceUuid, item.Latest?.Origin ?? item.Origin, item.Latest?.Revision, item.Latest?.Content,
                sides, sender.DeviceUuid, sender.Name, item.Repeated ? arriving : null)));
        }

        if (judged.Count == 0) return;
        var judgements = await mediator.Send(new JudgeRecords([.. judged.Select(j => j.Sides)]), ct);
        foreach (var ((item, _), judgement) in judged.Zip(judgements)) item.Judgement = judgement;
    }
}
