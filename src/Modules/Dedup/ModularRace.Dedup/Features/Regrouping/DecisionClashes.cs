using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Features.Regrouping;

/// <summary>R6: two near incidents on which different things were decided are not merged but put before a person; the conflict closes itself when that is no longer so.</summary>
internal sealed class DecisionClashes(DedupDbContext db, ConflictBook book, IMediator mediator, TimeProvider time)
{
    public async Task WriteAsync(Neighbourhood around, Groups groups, CancellationToken cancellationToken)
    {
        var uuids = around.Members.Keys.ToArray();
        var open = await db.Conflicts
            .Where(c => c.ResolvedAt == null && c.OtherRecordUuid != null && (uuids.Contains(c.RecordUuid) || uuids.Contains(c.OtherRecordUuid!.Value)))
            .ToListAsync(cancellationToken);
        var clashes = groups.Clashes.ToDictionary(c => (c.Lower, c.Higher));
        if (open.Count + clashes.Count == 0) return;

        var records = clashes.Count == 0 ? [] : await mediator.Send(new ReadIncidentRecords([.. clashes.Keys.SelectMany(k => new[] { k.Lower, k.Higher }).Distinct()]), cancellationToken);
        var contents = records.ToDictionary(r => r.ClientUuid);
        foreach (var conflict in open)
        {
            var pair = DuplicateRule.Ordered(conflict.RecordUuid, conflict.OtherRecordUuid!.Value);
            if (clashes.ContainsKey(pair) && Refresh(conflict, contents))
            {
                clashes.Remove(pair);
                continue;
            }

            // Another decision than the one that a person may have before them by now is another conflict.
            conflict.Resolution = "closed";
            conflict.ResolvedAt = time.GetUtcNow();
        }

        await book.SaveAsync(cancellationToken);
        foreach (var clash in clashes.Values)
        {
            var (cloud, device) = Sides(around.Members[clash.Lower], around.Members[clash.Higher]);
            var conflict = new ConflictRow
            {
                ClientUuid = Uuids.New(time),
                ConflictType = ConflictTypes.FingerprintMatchDecisionMismatch,
                RecordType = RecordTypes.Incident,
                RecordUuid = device.IncidentUuid,
                OtherRecordUuid = cloud.IncidentUuid,
                CompetitionUuid = device.SaidCompetitionUuid == cloud.SaidCompetitionUuid ? device.SaidCompetitionUuid : device.CompetitionUuid,
                RaceUuid = device.SaidRaceUuid == cloud.SaidRaceUuid ? device.SaidRaceUuid : device.RaceUuid,
                DeviceUuid = Guid.TryParse(device.Origin, out var made) ? made : null,
                DifferingFields = [FieldValues.Decision],
                Versions = "{}",
                CreatedAt = time.GetUtcNow(),
            };
            Refresh(conflict, contents);
            db.Conflicts.Add(conflict);
        }

        await book.SaveAsync(cancellationToken);
    }

    /// <summary>Shows both as they are now; false where one of the two decisions is no longer the one that was shown.</summary>
    private static bool Refresh(ConflictRow conflict, Dictionary<Guid, RecordVersion> contents)
    {
        if (!contents.TryGetValue(conflict.RecordUuid, out var device) || !contents.TryGetValue(conflict.OtherRecordUuid!.Value, out var cloud)) return false;
        if (!SameDecision(conflict.DeviceData, device.Content) || !SameDecision(conflict.CloudData, cloud.Content)) return false;
        conflict.RecordRevision = device.Revision;
        (conflict.CloudData, conflict.DeviceData) = (cloud.Content.ToJsonString(), device.Content.ToJsonString());
        conflict.Versions = new JsonObject { [cloud.ClientUuid.ToString()] = cloud.Content.DeepClone(), [device.ClientUuid.ToString()] = device.Content.DeepClone() }.ToJsonString();
        return true;
    }

    private static bool SameDecision(string? shown, JsonObject now) =>
        shown is null || FieldValues.Same(RecordTypes.Incident, FieldValues.Decision, JsonNode.Parse(shown)!.AsObject(), now);

    /// <summary>Of two incidents the one that would stand is shown as the cloud's, the other as the device's.</summary>
    private static (GroupMember Cloud, GroupMember Device) Sides(GroupMember a, GroupMember b) =>
        DuplicateRule.StandsBefore(Bare(a), Bare(b)) < 0 ? (a, b) : (b, a);

    private static Candidate Bare(GroupMember m) => new(m.IncidentUuid, m.Origin == "cloud", m.OccurredAt, null, true, m.Withdrawn, []);
}
