using MediatR;
using ModularRace.Incidents.Contracts;

namespace ModularRace.Host.Features.Audit;

/// <summary>Who said how long clips stay and which stay longer, and how many went by that.</summary>
internal sealed class NoteKeptClips(AuditTrail audit) : INotificationHandler<ClipRuleSet>, INotificationHandler<ClipHoldChanged>, INotificationHandler<ClipsRemoved>
{
    public Task Handle(ClipRuleSet notification, CancellationToken cancellationToken) => audit.NoteAsync(
        AuditActions.ClipRuleSet, Of(notification.CompetitionUuid, notification.Name),
        notification.Days switch { null => "they stay", 1 => "1 day after its end", var days => $"{days} days after its end" }, cancellationToken);

    public Task Handle(ClipHoldChanged notification, CancellationToken cancellationToken) => audit.NoteAsync(
        notification.Lifted ? AuditActions.ClipHoldLifted : AuditActions.ClipHoldSet, Of(notification.CompetitionUuid, notification.Name), notification.What, cancellationToken);

    public Task Handle(ClipsRemoved notification, CancellationToken cancellationToken) => audit.NoteAsync(
        AuditActions.ClipsRemoved, Of(notification.CompetitionUuid, notification.Name), $"{notification.Clips} {(notification.Clips == 1 ? "clip" : "clips")}, {notification.Bytes} bytes", cancellationToken);

    private static AuditSubject Of(Guid uuid, string name) => new(AuditSubjects.Competition, uuid, name);
}
