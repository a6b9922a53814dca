using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Features.OnDevice.Showing;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Pairing;

/// <summary>Pairs this Pi with a cloud by the code that an admin was shown there. No transaction is held over the network.</summary>
/// <param name="ServerUrl">https, or http to this machine only.</param>
/// <param name="PairingCode">Eight characters.</param>
internal sealed record PairWithCloud(string? ServerUrl, string? PairingCode) : IRequest<DeviceView>;

internal sealed class PairWithCloudValidator : AbstractValidator<PairWithCloud>
{
    public PairWithCloudValidator()
    {
        RuleFor(p => p.ServerUrl).Must(url => ServerAddress.Read(url) is not null).WithMessage(ServerAddress.Rule);
        RuleFor(p => p.PairingCode).IsRequiredText(40);
    }
}

internal sealed class PairWithCloudHandler(CloudLink link, DeviceIdentity identity, DeviceRow row, LinkSignal signal, IMediator mediator) : IRequestHandler<PairWithCloud, DeviceView>
{
    /// <exception cref="Problem">404 <c>pairing_code_invalid</c>; 502 <c>server_unreachable</c>, <c>server_incompatible</c>; what else the cloud says.</exception>
    public async Task<DeviceView> Handle(PairWithCloud request, CancellationToken cancellationToken)
    {
        var server = ServerAddress.Read(request.ServerUrl)!;
        PairAnswer paired;
        try
        {
            await link.ProbeAsync(server, cancellationToken);
            await mediator.Send(new PrepareDevice(), cancellationToken);
            var metadata = new JsonObject
            {
                ["app_version"] = typeof(PairWithCloud).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0],
                ["host_name"] = Environment.MachineName,
                ["system"] = RuntimeInformation.OSDescription,
            };
            paired = await link.PairAsync(server, request.PairingCode!.Trim(), identity.DeviceUuid, metadata, (await row.ReadAsync(cancellationToken)).SigningKey, cancellationToken);
        }
        catch (LinkFailure e)
        {
            var code = e.Fault is LinkFault.SignInPage or LinkFault.WrongServer or LinkFault.Incompatible ? "server_incompatible" : "server_unreachable";
            throw new Problem(502, code, e.Message);
        }

        await mediator.Send(new StorePairing(server, paired), cancellationToken);
        signal.Changed();
        return await mediator.Send(new ReadDevice(), cancellationToken);
    }
}

internal sealed record StorePairing(Uri Server, PairAnswer Paired) : ICommand<Done>;

internal sealed class StorePairingHandler(SyncDbContext db, DeviceRow row, DeviceIdentity identity, TimeProvider time) : IRequestHandler<StorePairing, Done>
{
    public async Task<Done> Handle(StorePairing request, CancellationToken cancellationToken)
    {
        var device = await row.TakeAsync(cancellationToken);
        var address = request.Server.AbsoluteUri.TrimEnd('/');
        if (device.ServerUrl is { } before && device.TokenProtected is not null && before != address)
        {
            // Another cloud, for all that this Pi can know: it has read nothing there and sent nothing. What it did send is
            // answered with already_synced (R2).
            (device.CompetitionUuid, device.CompetitionName, device.CompetitionDate, device.Cursor, device.ReadyForOfflineAt) = (null, null, null, null, null);
            await db.Queue.ExecuteUpdateAsync(
                s => s.SetProperty(e => e.Status, QueueStatuses.Pending).SetProperty(e => e.NextAttemptAt, (DateTimeOffset?)null), cancellationToken);
        }

        (device.ServerUrl, device.TokenProtected) = (address, row.Protect(request.Paired.ApiToken));
        (device.Name, device.MayDecide, device.ReceiptKey, device.ArchiveKey) = (request.Paired.Name, request.Paired.MayDecide, request.Paired.ReceiptKey, request.Paired.ArchiveKey);
        device.PairedAt = device.GrantsReadAt = time.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
        identity.Renamed(request.Paired.Name);
        return default;
    }
}
