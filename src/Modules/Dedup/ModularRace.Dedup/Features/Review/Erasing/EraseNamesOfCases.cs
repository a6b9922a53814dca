using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts.Erasing;
using ModularRace.Dedup.Features.Groupings;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Features.Review.Erasing;

/// <summary>
/// Names leave people's word on pairs, the merge log, suggestions, and conflicts with all their versions. What waits for a
/// person must not lose what they would choose between: an open conflict stands in the way.
/// </summary>
internal sealed class EraseNamesOfCases(DedupDbContext db, IMediator mediator)
    : INotificationHandler<ErasureAsked>, INotificationHandler<AskingWhoSigned>, INotificationHandler<ErasingNames>
{
    public async Task Handle(ErasureAsked notification, CancellationToken cancellationToken)
    {
        var competitions = notification.CompetitionUuids.ToArray();
        var open = await db.Conflicts.CountAsync(c => c.ResolvedAt == null && c.CompetitionUuid != null && competitions.Contains(c.CompetitionUuid.Value), cancellationToken);
        if (open > 0) notification.Obstacles.Add(new ErasureObstacle("conflicts_open", open == 1 ? "1 conflict waits for a person." : $"{open} conflicts wait for a person."));
    }

    public async Task Handle(AskingWhoSigned notification, CancellationToken cancellationToken)
    {
        var competitions = notification.CompetitionUuids.ToArray();
        notification.Signatures.UnionWith(await db.Database.SqlQuery<string>(
            $"""
             WITH members AS (SELECT incident_uuid FROM dedup.group_members WHERE competition_uuid = ANY({competitions})),
                  signed AS (
                      SELECT said_by AS name FROM dedup.groupings WHERE lower_uuid IN (SELECT incident_uuid FROM members)
                      UNION SELECT by FROM dedup.merges WHERE competition_uuid = ANY({competitions})
                      UNION SELECT settled_by FROM dedup.suggestions WHERE competition_uuid = ANY({competitions})
                      UNION SELECT resolved_by FROM dedup.sync_conflicts WHERE competition_uuid = ANY({competitions}))
             SELECT name AS "Value" FROM signed WHERE name IS NOT NULL
             """).ToListAsync(cancellationToken));
    }

    public async Task Handle(ErasingNames notification, CancellationToken cancellationToken)
    {
        var (names, competitions, athletes) = (notification.Names, notification.CompetitionUuids.ToArray(), notification.Athletes.ToArray());
        var members = db.Members.Where(m => competitions.Contains(m.CompetitionUuid)).Select(m => m.IncidentUuid);

        var groupings = new List<GroupingRow>();
        foreach (var grouping in await db.Groupings.Where(g => members.Contains(g.LowerUuid)).OrderBy(g => g.Id).ToListAsync(cancellationToken))
        {
            var (by, note) = (grouping.SaidBy, grouping.Note);
            (grouping.SaidBy, grouping.Note) = (names.Signature(by), names.Text(note));
            if (!notification.Found("groupings", (by, grouping.SaidBy), (note, grouping.Note))) continue;
            grouping.Revision = Revision.Next(grouping.Revision);
            groupings.Add(grouping);
        }

        foreach (var merge in await db.Merges.Where(m => competitions.Contains(m.CompetitionUuid)).ToListAsync(cancellationToken))
        {
            db.Entry(merge).Property(m => m.Reason).CurrentValue = names.Sentence(merge.Reason);
            db.Entry(merge).Property(m => m.By).CurrentValue = names.Signature(merge.By);
            if (db.Entry(merge).State == EntityState.Modified) notification.Found("merges", 1);
        }

        foreach (var suggestion in await db.Suggestions.Where(s => competitions.Contains(s.CompetitionUuid)).ToListAsync(cancellationToken))
        {
            (suggestion.Reason, suggestion.SettledBy) = (names.Sentence(suggestion.Reason), names.Signature(suggestion.SettledBy));
            if (db.Entry(suggestion).State == EntityState.Modified) notification.Found("suggestions", 1);
        }

        var changed = new List<ConflictRow>();
        var conflicts = await db.Conflicts
            .Where(c => (c.CompetitionUuid != null && competitions.Contains(c.CompetitionUuid.Value)) || (c.RecordType == RecordTypes.Athlete && athletes.Contains(c.RecordUuid))).ToListAsync(cancellationToken);
        foreach (var conflict in conflicts)
        {
            (conflict.ResolvedBy, conflict.Notes) = (names.Signature(conflict.ResolvedBy), names.Text(conflict.Notes));
            // What devices are told of a conflict is no more than these.
            if (db.Entry(conflict).State == EntityState.Modified) changed.Add(conflict);
            conflict.CloudData = notification.Rewritten(conflict.RecordType, conflict.RecordUuid, conflict.CloudData) ?? conflict.CloudData;
            conflict.DeviceData = notification.Rewritten(conflict.RecordType, conflict.RecordUuid, conflict.DeviceData) ?? conflict.DeviceData;
            conflict.Versions = Versions(notification, conflict.RecordType, conflict.RecordUuid, conflict.Versions) ?? conflict.Versions;
            if (db.Entry(conflict).State == EntityState.Modified) notification.Found("conflicts", 1);
        }

        foreach (var conflict in changed) conflict.Revision = Revision.Next(conflict.Revision);
        var ofConflicts = conflicts.ConvertAll(c => c.ClientUuid);
        foreach (var settlement in await db.Settlements.Where(s => ofConflicts.Contains(s.ConflictUuid)).ToListAsync(cancellationToken))
            if (Versions(notification, settlement.RecordType, settlement.RecordUuid, settlement.Versions) is { } versions)
                db.Entry(settlement).Property(s => s.Versions).CurrentValue = versions;

        foreach (var observation in await db.Observations.Where(o => o.SeenBy != null && members.Contains(o.IncidentUuid)).ToListAsync(cancellationToken))
            db.Entry(observation).Property(o => o.SeenBy).CurrentValue = names.Observer(observation.SeenBy);

        await db.SaveChangesAsync(cancellationToken);
        var records = groupings.ConvertAll(GroupingContent.ToRecord);
        records.AddRange(changed.ConvertAll(ConflictBook.ToRecord));
        if (records.Count > 0) await mediator.Publish(new RecordsChanged(records, ChangeSource.Erased), cancellationToken);
    }

    /// <summary>Versions are by side, or a list; null: nothing was there to take out.</summary>
    private static string? Versions(ErasingNames erasing, string type, Guid uuid, string json)
    {
        var versions = JsonNode.Parse(json);
        IEnumerable<JsonNode?> each = versions switch
        {
            JsonObject bySide => bySide.Select(s => s.Value),
            JsonArray list => list,
            _ => [],
        };
        return each.ToList().Aggregate(false, (changed, version) => erasing.Rewrite(type, uuid, version) || changed) ? versions!.ToJsonString(ApiJson.Options) : null;
    }
}
