using MediatR;
using ModularRace.Sync.Contracts;

namespace ModularRace.Host.Features.Audit;

/// <summary>What people do with devices is told by the module that keeps them.</summary>
internal sealed class NoteDeviceNews(AuditTrail audit) : INotificationHandler<DeviceNews>
{
    public async Task Handle(DeviceNews notification, CancellationToken cancellationToken)
    {
        var action = notification.Kind switch
        {
            DeviceNewsKinds.CodeMade => AuditActions.DeviceCodeMade,
            DeviceNewsKinds.Paired => AuditActions.DevicePaired,
            DeviceNewsKinds.Changed => AuditActions.DeviceChanged,
            DeviceNewsKinds.Revoked => AuditActions.DeviceRevoked,
            _ => null,
        };
        if (action is not null) await audit.NoteAsync(action, new AuditSubject(AuditSubjects.Device, notification.DeviceUuid, notification.Name), notification.Detail, cancellationToken);
    }
}
