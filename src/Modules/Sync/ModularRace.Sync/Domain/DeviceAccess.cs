using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Domain;

/// <summary>What a device was granted, and who may change that (R15).</summary>
internal static class DeviceAccess
{
    /// <summary>The device that calls; 401 where it is gone or revoked since it was let in.</summary>
    /// <param name="db">The module's tables.</param>
    /// <param name="actor">Who calls.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="carried">A person who was let in calls for this device.</param>
    public static async Task<PairedDevice> RequireDeviceAsync(SyncDbContext db, Actor actor, CancellationToken ct, Guid? carried = null)
    {
        var uuid = carried ?? actor.DeviceUuid ?? throw Problem.Forbidden("Only a paired device may do that.");
        var device = await db.Devices.AsNoTracking().SingleOrDefaultAsync(d => d.DeviceUuid == uuid, ct)
            ?? throw new Problem(401, "device_unknown", "This device is not paired here.");
        return device.RevokedAt is null ? device : throw new Problem(401, "device_revoked", "This device was revoked.");
    }

    /// <summary>The competitions granted; null: all.</summary>
    public static async Task<HashSet<Guid>?> GrantsAsync(SyncDbContext db, PairedDevice device, CancellationToken ct) =>
        device.AllCompetitions
            ? null
            : await db.DeviceGrants.Where(g => g.DeviceUuid == device.DeviceUuid).Select(g => g.CompetitionUuid).ToHashSetAsync(ct);

    /// <summary>Tells whoever looks on that there is something new to read of a device.</summary>
    public static async Task TellChangedAsync(SyncDbContext db, IMediator mediator, PairedDevice device, CancellationToken ct) =>
        await mediator.Publish(new DeviceChanged(device.DeviceUuid, await GrantsAsync(db, device, ct)), ct);

    /// <summary>The one competition that was granted; null: several, all or none.</summary>
    public static async Task<Guid?> OnlyGrantAsync(SyncDbContext db, PairedDevice device, CancellationToken ct) =>
        await GrantsAsync(db, device, ct) is { Count: 1 } grants ? grants.Single() : null;

    public static async Task RequireGrantAsync(SyncDbContext db, PairedDevice device, Guid competition, CancellationToken ct)
    {
        if (await GrantsAsync(db, device, ct) is { } grants && !grants.Contains(competition))
            throw new Problem(403, "competition_not_granted", "This competition was not granted to the device.");
    }

    /// <summary>Sets what an admin grants; what the device made itself stays granted.</summary>
    public static async Task ReplaceGrantsAsync(SyncDbContext db, Guid device, IReadOnlyCollection<Guid>? competitions, CancellationToken ct)
    {
        await db.DeviceGrants.Where(g => g.DeviceUuid == device && !g.MadeByDevice).ExecuteDeleteAsync(ct);
        if (competitions is null) return;
        foreach (var competition in competitions.Distinct())
            await db.Database.ExecuteSqlAsync(
                $"INSERT INTO sync.device_grants (device_uuid, competition_uuid, made_by_device) VALUES ({device}, {competition}, false) ON CONFLICT DO NOTHING", ct);
    }

    /// <summary>An admin of everything, or of all that the device was granted.</summary>
    public static async Task RequireAdminAsync(SyncDbContext db, Actor actor, PairedDevice device, CancellationToken ct)
    {
        if (actor.May(null, Roles.Admin)) return;
        var grants = await GrantsAsync(db, device, ct);
        if (grants is null || grants.Count == 0 || grants.Any(g => !actor.May(g, Roles.Admin)))
            throw Problem.Forbidden("Your role does not reach all competitions of this device.");
    }
}

/// <summary>Competitions that an admin wants to grant.</summary>
internal static class GrantedCompetitions
{
    /// <summary>They exist, and the actor is their admin; null (all) is for an admin of everything.</summary>
    public static async Task RequireAsync(IMediator mediator, Actor actor, IReadOnlyCollection<Guid>? competitions, CancellationToken ct)
    {
        if (competitions is null)
        {
            actor.Require(null, Roles.Admin);
            return;
        }

        foreach (var competition in competitions) actor.Require(competition, Roles.Admin);
        if (competitions.Count == 0) return;
        var known = await mediator.Send(new FindCompetitions(competitions), ct);
        if (competitions.Except(known.Select(k => k.ClientUuid)).Any()) throw Problem.Validation("competition_uuids", "One of them does not exist.");
    }
}
