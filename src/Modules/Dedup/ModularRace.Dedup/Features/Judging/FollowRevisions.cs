using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Features.Judging;

/// <summary>An open conflict names the version of its record that a person would resolve it on: the newest.</summary>
internal sealed class FollowRevisions(DedupDbContext db) : INotificationHandler<RecordsChanged>
{
    public Task Handle(RecordsChanged notification, CancellationToken cancellationToken)
    {
        var records = notification.Records;
        return notification.Source == ChangeSource.Derived || records.Count == 0
            ? Task.CompletedTask
            : db.Database.ExecuteSqlAsync(
                $"""
                 UPDATE dedup.sync_conflicts c SET record_revision = t.revision
                 FROM unnest({records.Select(r => r.Type).ToArray()}, {records.Select(r => r.ClientUuid).ToArray()}, {records.Select(r => r.Revision).ToArray()})
                      AS t(type, client_uuid, revision)
                 WHERE c.record_uuid = t.client_uuid AND c.record_type = t.type AND c.other_record_uuid IS NULL AND c.resolved_at IS NULL
                 """, cancellationToken);
    }
}
