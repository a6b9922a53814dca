using System.Text.Json;
using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Validation;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnServer.Devices;

/// <summary>Renames a device, or changes what it may do. A JSON merge patch: what is absent stays, <c>competition_uuids: null</c> grants all.</summary>
internal sealed record ChangeDevice(Guid DeviceUuid, JsonObject Patch) : ICommand<DeviceItem>;

internal sealed class ChangeDeviceHandler(SyncDbContext db, DatabaseSession session, IMediator mediator, ICurrentActor current, TimeProvider time)
    : IRequestHandler<ChangeDevice, DeviceItem>
{
    private static readonly string[] Said = ["name", "may_decide", "competition_uuids"];

    public async Task<DeviceItem> Handle(ChangeDevice request, CancellationToken ct)
    {
        await session.LockAsync("device", request.DeviceUuid, ct);
        var device = await db.Devices.SingleOrDefaultAsync(d => d.DeviceUuid == request.DeviceUuid, ct) ?? throw Problem.NotFound("device");
        await DeviceAccess.RequireAdminAsync(db, current.Actor, device, ct);
        if (request.Patch.TryGetPropertyValue("name", out var name))
        {
            var text = name is JsonValue v && v.TryGetValue<string>(out var given) ? given.Trim() : null;
            if (string.IsNullOrEmpty(text)) throw Problem.Validation("name", "It is required.");
            if (Texts.Fault(text, Texts.Name) is { } fault) throw Problem.Validation("name", fault);
            device.Name = text;
        }

        if (request.Patch.TryGetPropertyValue("may_decide", out var mayDecide))
            device.MayDecide = mayDecide is JsonValue v && v.TryGetValue<bool>(out var flag) ? flag : throw Problem.Validation("may_decide", "It is true or false.");
        if (request.Patch.TryGetPropertyValue("competition_uuids", out var competitions))
        {
            var granted = Competitions(competitions);
            await GrantedCompetitions.RequireAsync(mediator, current.Actor, granted, ct);
            device.AllCompetitions = granted is null;
            await DeviceAccess.ReplaceGrantsAsync(db, device.DeviceUuid, granted, ct);
        }

        await db.SaveChangesAsync(ct);
        // The members' names are a client's text: those that mean nothing here are not repeated.
        var said = string.Join(", ", Said.Where(request.Patch.ContainsKey));
        if (said.Length > 0)
            await mediator.Publish(
                new DeviceNews(DeviceNewsKinds.Changed, device.DeviceUuid, device.Name, await DeviceAccess.OnlyGrantAsync(db, device, ct), said, Instants.ToMilliseconds(time.GetUtcNow())), ct);
        await DeviceAccess.TellChangedAsync(db, mediator, device, ct);
        return await DeviceItems.ReadAsync(db, device.DeviceUuid, time.GetUtcNow(), ct);
    }

    private static List<Guid>? Competitions(JsonNode? node)
    {
        if (node is null) return null;
        var uuids = (node as JsonArray)?.Select(n => n is JsonValue v && v.GetValueKind() == JsonValueKind.String && Guid.TryParseExact(v.GetValue<string>(), "D", out var uuid) ? uuid : Guid.Empty).ToList();
        return uuids is null || uuids.Contains(Guid.Empty) ? throw Problem.Validation("competition_uuids", "It is a list of UUIDs, or null for all.") : uuids;
    }
}
