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
internal sealed class DecisionClashes(DedupDbContext db, IMediator mediator, TimeProvider time)
{
    public async Task WriteAsync(Neighbourhood around, Groups groups, CancellationToken cancellationToken)
    {
        var uuids = around.Members.Keys.ToArray();
        var open = await db.Conflicts
            .Where(c => c.ResolvedAt == null && c.OtherRecordUuid != null && (uuids.Contains(c.RecordUuid) || uuids.Contains(c.OtherRecordUuid!.Value)))
            .ToListAsync(cancellationToken);
        var clashes = groups.Clashes.ToDictionary(c => (c.Lower, c.Higher));
        foreach (var conflict in open)
            if (!clashes.Remove(DuplicateRule.Ordered(conflict.RecordUuid, conflict.OtherRecordUuid!.Value)))
            {
                conflict.Resolution = "closed";
                conflict.ResolvedAt = time.GetUtcNow();
            }

        if (clashes.Count == 0) return;
        await db.SaveChangesAsync(cancellationToken);
        var records = await mediator.Send(new ReadIncidentRecords([.. clashes.Keys.SelectMany(k => new[] { k.Lower, k.Higher }).Distinct()]), cancellationToken);
        var contents = records.ToDictionary(r => r.ClientUuid);
        foreach (var clash in clashes.Values)
        {
            var (cloud, device) = Sides(around.Members[clash.Lower], around.Members[clash.Higher]);
            var versions = new JsonObject();
            foreach (var uuid in new[] { cloud.IncidentUuid, device.IncidentUuid })
                versions[uuid.ToString()] = contents.GetValueOrDefault(uuid)?.Content.DeepClone();
            db.Conflicts.Add(new ConflictRow
            {
                ClientUuid = Uuids.New(time),
                ConflictType = ConflictTypes.FingerprintMatchDecisionMismatch,
                RecordType = RecordTypes.Incident,
                RecordUuid = device.IncidentUuid,
                OtherRecordUuid = cloud.IncidentUuid,
                RecordRevision = contents.GetValueOrDefault(device.IncidentUuid)?.Revision,
                CompetitionUuid = device.CompetitionUuid,
                RaceUuid = device.RaceUuid,
                DeviceUuid = Guid.TryParse(device.Origin, out var made) ? made : null,
                CloudData = contents.GetValueOrDefault(cloud.IncidentUuid)?.Content.ToJsonString(),
                DeviceData = contents.GetValueOrDefault(device.IncidentUuid)?.Content.ToJsonString(),
                Versions = versions.ToJsonString(),
                DifferingFields = [FieldValues.Decision],
                CreatedAt = time.GetUtcNow(),
            });
        }
    }

    /// <summary>Of two incidents the one that would stand is shown as the cloud's, the other as the device's.</summary>
    private static (GroupMember Cloud, GroupMember Device) Sides(GroupMember a, GroupMember b) =>
        DuplicateRule.StandsBefore(Bare(a), Bare(b)) < 0 ? (a, b) : (b, a);

    private static Candidate Bare(GroupMember m) => new(m.IncidentUuid, m.Origin == "cloud", m.OccurredAt, null, true, m.Withdrawn, []);
}
