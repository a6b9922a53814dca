using MediatR;
using ModularRace.Competitions.Contracts.Erasing;

namespace ModularRace.Host.Features.Audit;

/// <summary>That names were erased, and how many of what: never which.</summary>
internal sealed class NoteErasedNames(AuditTrail audit) : INotificationHandler<NamesErased>
{
    public Task Handle(NamesErased notification, CancellationToken cancellationToken) => audit.NoteAsync(
        AuditActions.NamesErased, new AuditSubject(AuditSubjects.Competition, notification.CompetitionUuid, notification.Name),
        $"{notification.Whose}: {(notification.Counts.Count == 0 ? "nothing was found" : string.Join(", ", notification.Counts.Select(c => $"{c.Value} {c.Key.Replace('_', ' ')}")))}", cancellationToken);
}
