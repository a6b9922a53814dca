using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Download;

/// <summary>What the calling device may download, latest first, and whether it may decide. Of two competitions that are one the one that stands: who has the other goes on with it.</summary>
/// <param name="SigningKey">By which the device signs archives, as it says with the question.</param>
internal sealed record ListDeviceCompetitions(string? SigningKey = null) : IQuery<DeviceCompetitions>;

internal sealed class ListDeviceCompetitionsHandler(SyncDbContext db, CloudArchiveKey archiveKey, IMediator mediator, ICurrentActor current) : IRequestHandler<ListDeviceCompetitions, DeviceCompetitions>
{
    public async Task<DeviceCompetitions> Handle(ListDeviceCompetitions request, CancellationToken ct)
    {
        var device = await DeviceAccess.RequireDeviceAsync(db, current.Actor, ct);
        if (SigningKeys.Read(request.SigningKey) is { } key && !SigningKeys.Knows(device, key)) await mediator.Send(new LearnSigningKey(device.DeviceUuid, key), ct);
        var granted = await DeviceAccess.GrantsAsync(db, device, ct);
        var competitions = await mediator.Send(new FindCompetitions(granted), ct);
        return new DeviceCompetitions(device.MayDecide, [.. competitions.Where(c => c.MergedInto is null).Select(c => new DeviceCompetition(
            c.ClientUuid, c.Name, c.Place, c.Country, c.StartDate, c.EndDate, c.TimeZone, c.Practice, c.Races, c.Athletes, c.Bibs, c.Locations))],
            device.Name, Convert.ToBase64String(device.ReceiptPublicKey), Convert.ToBase64String(await archiveKey.PublicAsync(ct)));
    }
}
