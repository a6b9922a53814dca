using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Persistence;

/// <summary>
/// Saves conflicts and tells of those that opened, changed or were resolved: the devices must know, so that their rule has
/// what the cloud's has (R3, R4), and so that what waits there for an answer asks for it (R8).
/// </summary>
internal sealed class ConflictBook(DedupDbContext db, IMediator mediator)
{
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        var changed = db.ChangeTracker.Entries<ConflictRow>()
            .Where(e => e.State == EntityState.Added || (e.State == EntityState.Modified
                && (e.Property(c => c.ResolvedAt).IsModified || e.Property(c => c.DifferingFields).IsModified || e.Property(c => c.ConflictType).IsModified)))
            .Select(e => e.Entity).ToList();
        foreach (var conflict in changed) conflict.Revision = Revision.Next(conflict.Revision);
        await db.SaveChangesAsync(cancellationToken);
        // Nobody's edit: no device sends one, and what the people said of it is told with the record.
        if (changed.Count == 0) return;
        await mediator.Publish(new RecordsChanged([.. changed.Select(ToRecord)], ChangeSource.Derived), cancellationToken);
        await mediator.Publish(Told(changed), cancellationToken);
    }

    /// <summary>The same, for whoever only looks on.</summary>
    public static ConflictsChanged Told(IEnumerable<ConflictRow> conflicts) => new(
        [.. conflicts.Select(c => new ChangedConflict(c.ClientUuid, c.CompetitionUuid, c.RaceUuid, c.RecordType, c.RecordUuid, c.OtherRecordUuid, c.ResolvedAt is null))]);

    /// <summary>What a device is told: what it is over and how it ended, but none of the versions, which may be another's.</summary>
    public static RecordVersion ToRecord(ConflictRow c)
    {
        var content = new JsonObject
        {
            ["conflict_type"] = c.ConflictType,
            ["record_type"] = c.RecordType,
            ["record_uuid"] = c.RecordUuid.ToString(),
            ["differing_fields"] = new JsonArray([.. c.DifferingFields.Select(f => (JsonNode)f)]),
            ["created_at"] = InstantConverter.Write(c.CreatedAt),
        };
        if (c.OtherRecordUuid is { } other) content["other_record_uuid"] = other.ToString();
        if (c.CompetitionUuid is { } competition) content["competition_uuid"] = competition.ToString();
        if (c.RaceUuid is { } race) content["race_uuid"] = race.ToString();
        if (c.ResolvedAt is { } at) (content["resolved_at"], content["resolution"]) = (InstantConverter.Write(at), c.Resolution);
        if (c.ResolvedBy is { } by) content["resolved_by"] = by;
        if (c.Notes is { } notes) content["notes"] = notes;
        return new RecordVersion(RecordTypes.Conflict, c.ClientUuid, c.Revision, "cloud", c.CompetitionUuid, c.RaceUuid, Deleted: false, content);
    }
}
