using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Validation;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Features.OnServer.Pairing;

/// <summary>Makes a code for one device, good for ten minutes.</summary>
/// <param name="Name">The device's name, as people call it.</param>
/// <param name="CompetitionUuids">What it may see and write; null: all, also later ones.</param>
/// <param name="MayDecide">Whether it may change official status and decisions (R6).</param>
/// <param name="DeviceUuid">A known device to pair anew; null: one that is not known yet.</param>
internal sealed record MakePairingCode(string? Name, IReadOnlyList<Guid>? CompetitionUuids, bool? MayDecide, Guid? DeviceUuid) : ICommand<PairingCodeMade>;

/// <param name="PairingCode">Shown this once.</param>
internal sealed record PairingCodeMade(string PairingCode, DateTimeOffset ExpiresAt);

internal sealed class MakePairingCodeValidator : AbstractValidator<MakePairingCode>
{
    public MakePairingCodeValidator()
    {
        RuleFor(m => m.Name).IsRequiredText(Texts.Name);
        RuleFor(m => m.CompetitionUuids).Must(u => u is null || u.All(c => c != Guid.Empty)).WithMessage("A UUID is not the nil one.");
        RuleFor(m => m.DeviceUuid).NotEqual(Guid.Empty).WithMessage("A UUID is not the nil one.");
    }
}

internal sealed class MakePairingCodeHandler(SyncDbContext db, IMediator mediator, ICurrentActor current, TimeProvider time)
    : IRequestHandler<MakePairingCode, PairingCodeMade>
{
    public async Task<PairingCodeMade> Handle(MakePairingCode request, CancellationToken ct)
    {
        var competitions = request.CompetitionUuids?.Distinct().ToList();
        await GrantedCompetitions.RequireAsync(mediator, current.Actor, competitions, ct);
        if (request.DeviceUuid is { } device)
        {
            var known = await db.Devices.AsNoTracking().SingleOrDefaultAsync(d => d.DeviceUuid == device, ct) ?? throw Problem.NotFound("device");
            await DeviceAccess.RequireAdminAsync(db, current.Actor, known, ct);
        }

        var now = Instants.ToMilliseconds(time.GetUtcNow());
        var code = PairingCodes.Make();
        db.PairingCodes.Add(new PairingCode
        {
            Digest = PairingCodes.Digest(code)!,
            Name = request.Name!.Trim(),
            MayDecide = request.MayDecide ?? false,
            CompetitionUuids = competitions,
            BoundDeviceUuid = request.DeviceUuid,
            MadeAt = now,
            MadeBy = current.SignatureOn(competitions is [var on] ? on : null),
            ExpiresAt = now + PairingCodes.Life,
        });
        await db.SaveChangesAsync(ct);
        await mediator.Publish(
            new DeviceNews(DeviceNewsKinds.CodeMade, request.DeviceUuid, request.Name!.Trim(), competitions is [var only] ? only : null, request.MayDecide == true ? "may decide" : null, now), ct);
        return new PairingCodeMade(code, now + PairingCodes.Life);
    }
}
