using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Pairing;

/// <summary>Takes a pairing code for a device's token.</summary>
/// <param name="Address">Where the request came from: wrong tries are counted by it.</param>
/// <param name="SigningKey">By which it signs archives; null: it writes none.</param>
internal sealed record PairDevice(string? PairingCode, Guid? DeviceUuid, JsonObject? Metadata, string Address, string? SigningKey = null) : ICommand<PairOutcome>;

/// <summary>Either a device or a refusal: a wrong try is written down, so that it must be committed and cannot be thrown.</summary>
internal sealed record PairOutcome(PairAnswer? Paired, Problem? Refused);

internal sealed class PairDeviceValidator : AbstractValidator<PairDevice>
{
    public PairDeviceValidator()
    {
        RuleFor(p => p.PairingCode).NotEmpty().WithMessage("It is required.");
        RuleFor(p => p.DeviceUuid).NotNull().WithMessage("It is required.").NotEqual(Guid.Empty).WithMessage("A UUID is not the nil one.");
        RuleFor(p => p.SigningKey).Must(k => k is null || SigningKeys.Read(k) is not null).WithMessage(SigningKeys.Rule);
        RuleFor(p => p.Metadata).Must(m => m is null || (m.ToJsonString().Length <= 20_000 && JsonText.IsStorable(m))).WithMessage("It is too long, or holds text that cannot be kept.");
    }
}

internal sealed class PairDeviceHandler(
    SyncDbContext db, DatabaseSession session, IMediator mediator, CloudArchiveKey archiveKey, IDataProtectionProvider protection, TimeProvider time)
    : IRequestHandler<PairDevice, PairOutcome>
{
    private const int WrongTriesAMinute = 10;
    private static readonly Guid AddressSpace = new("6c0c4b0e-57a1-5e0b-9a44-0a2a3a7f7a10");

    public async Task<PairOutcome> Handle(PairDevice request, CancellationToken ct)
    {
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        var device = request.DeviceUuid!.Value;
        var digest = PairingCodes.Digest(request.PairingCode);
        // Two requests with one code: the second sees what the first did.
        var code = digest is null ? null : await db.PairingCodes.FromSql($"SELECT * FROM sync.pairing_codes WHERE digest = {digest} FOR UPDATE").SingleOrDefaultAsync(ct);
        if (code is null || !CryptographicOperations.FixedTimeEquals(code.Digest, digest) || code.ExpiresAt <= now
            || (code.UsedBy is { } usedBy && usedBy != device) || (code.BoundDeviceUuid is { } bound && bound != device))
            return new PairOutcome(null, await RefuseAsync(request.Address, now, ct));

        await session.LockAsync("device", device, ct);
        var known = await db.Devices.SingleOrDefaultAsync(d => d.DeviceUuid == device, ct);
        if (known is not null && code.UsedBy != device && code.BoundDeviceUuid != device)
            return new PairOutcome(null, Problem.Conflict("device_known", "This device was paired before: make a code for that very device, to pair it anew."));

        var token = PairingCodes.MakeToken();
        var metadata = request.Metadata?.ToJsonString(ApiJson.Options);
        if (known is null)
        {
            var (publicKey, privateKey) = ReceiptKeys.Make(protection);
            known = new PairedDevice { DeviceUuid = device, Name = code.Name, TokenDigest = PairingCodes.DigestToken(token), ReceiptPublicKey = publicKey, ReceiptPrivateKey = privateKey };
            db.Devices.Add(known);
        }
        else
        {
            // The old token is void: the answer that carried it may have been lost, or be in other hands.
            known.RetiredTokenDigests.Add(known.TokenDigest);
            known.TokenDigest = PairingCodes.DigestToken(token);
            known.RevokedAt = null;
            // Whoever held the old token is out: what it caused is over.
            (known.BootId, known.TokenSharedAt) = (null, null);
            await mediator.Publish(new DeviceNews(DeviceNewsKinds.HeardAgain, device, code.Name, code.CompetitionUuids is [var one] ? one : null, null, now), ct);
            await DeviceCauses.EndAllAsync(mediator, device, now, ct);
        }

        known.Name = code.Name;
        known.MayDecide = code.MayDecide;
        known.AllCompetitions = code.CompetitionUuids is null;
        known.PairedAt = now;
        known.LastSeenAt = now;
        known.Metadata = metadata ?? known.Metadata;
        SigningKeys.Learn(known, SigningKeys.Read(request.SigningKey));
        code.UsedBy = device;
        code.UsedAt ??= now;
        await db.SaveChangesAsync(ct);
        await DeviceAccess.ReplaceGrantsAsync(db, device, code.CompetitionUuids, ct);
        await mediator.Publish(new DeviceNews(DeviceNewsKinds.Paired, device, known.Name, code.CompetitionUuids is [var only] ? only : null, $"with the code of {code.MadeBy}", now), ct);
        await DeviceAccess.TellChangedAsync(db, mediator, known, ct);
        return new PairOutcome(new PairAnswer(device, known.Name, known.MayDecide, token, Convert.ToBase64String(known.ReceiptPublicKey), Convert.ToBase64String(await archiveKey.PublicAsync(ct))), null);
    }

    // Right codes never come here, so that a wrong neighbour behind one address locks nobody out.
    private async Task<Problem> RefuseAsync(string address, DateTimeOffset now, CancellationToken ct)
    {
        await session.LockAsync("pairing", Uuids.Named(AddressSpace, address), ct);
        var since = now - TimeSpan.FromMinutes(1);
        await db.PairingTries.Where(t => t.At <= since).ExecuteDeleteAsync(ct);
        var tries = await db.PairingTries.Where(t => t.Address == address).Select(t => t.At).ToListAsync(ct);
        if (tries.Count >= WrongTriesAMinute)
            return new Problem(429, "too_many_attempts", "Too many wrong codes. Wait a minute.") { RetryAfter = tries.Min() - since };
        db.PairingTries.Add(new PairingTry { Address = address, At = now });
        await db.SaveChangesAsync(ct);
        return new Problem(404, "pairing_code_invalid", "This pairing code is not known, was used by another device, or has expired.");
    }
}
