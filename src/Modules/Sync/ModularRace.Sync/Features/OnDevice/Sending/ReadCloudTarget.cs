using MediatR;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;

namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>Which cloud this Pi belongs to, and how far it has read there.</summary>
internal sealed record ReadCloudTarget : IQuery<CloudTarget>;

/// <param name="Access">Null: not paired.</param>
internal sealed record CloudTarget(CloudAccess? Access, Guid? CompetitionUuid, DateOnly? Date, string? Cursor, DateTimeOffset? GrantsReadAt);

internal sealed class ReadCloudTargetHandler(DeviceRow row) : IRequestHandler<ReadCloudTarget, CloudTarget>
{
    public async Task<CloudTarget> Handle(ReadCloudTarget request, CancellationToken cancellationToken)
    {
        var access = await row.AccessAsync(cancellationToken);
        var device = await row.ReadAsync(cancellationToken);
        return new CloudTarget(access, device.CompetitionUuid, device.CompetitionDate, device.Cursor, device.GrantsReadAt);
    }
}
