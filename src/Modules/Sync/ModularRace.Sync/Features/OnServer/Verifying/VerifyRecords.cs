using System.Text.Json;
using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Verifying;

/// <summary>R13: proves to a device that the cloud holds what it made or changed, and signs that where it is so.</summary>
/// <param name="Earlier">The receipt that this one continues.</param>
/// <param name="Carried">The device whose question a person brings on a stick; null: the device itself asks.</param>
internal sealed record VerifyRecords(Guid? CompetitionUuid, IReadOnlyList<VerifyRecord>? Records, IReadOnlyList<string>? Clips, Guid? Earlier = null, Guid? Carried = null)
    : ICommand<VerifyAnswer>;

internal sealed class VerifyRecordsValidator : AbstractValidator<VerifyRecords>
{
    public VerifyRecordsValidator()
    {
        RuleFor(v => v.CompetitionUuid).NotNull().WithMessage("It is required.");
        RuleForEach(v => v.Records).Must(r => r is not null && RecordTypes.Rank(r.Type) >= 0 && r.ClientUuid is not null && IsDigest(r.ContentSha256))
            .WithMessage("It names a type, a UUID and a SHA-256 in 64 hexadecimal digits.");
        RuleForEach(v => v.Clips).Must(IsDigest).WithMessage("It is a SHA-256 in 64 hexadecimal digits.");
    }

    private static bool IsDigest(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigit);
}

internal sealed class VerifyRecordsHandler(SyncDbContext db, DatabaseSession session, IMediator mediator, ICurrentActor current, IDataProtectionProvider protection, TimeProvider time)
    : IRequestHandler<VerifyRecords, VerifyAnswer>
{
    public async Task<VerifyAnswer> Handle(VerifyRecords request, CancellationToken ct)
    {
        // In turn with a revocation: once that is answered, no receipt is given.
        if ((request.Carried ?? current.Actor.DeviceUuid) is { } caller) await session.LockAsync("device", caller, ct);
        var device = await DeviceAccess.RequireDeviceAsync(db, current.Actor, ct, request.Carried);
        var asked = new VerifyRequest(request.CompetitionUuid, request.Records ?? [], request.Clips ?? [], request.Earlier);
        await DeviceAccess.RequireGrantAsync(db, device, asked.CompetitionUuid!.Value, ct);
        var earlier = request.Earlier is { } uuid ? await EarlierAsync(uuid, device, ct) : null;
        var uuids = asked.Records!.Select(r => r.ClientUuid!.Value).Distinct().ToArray();
        var taken = await TakenAsync(device, uuids, ct);
        var quarantined = await QuarantinedAsync(device, uuids, ct);

        var missing = new List<VerifyFault>();
        var different = new List<VerifyFault>();
        foreach (var record in asked.Records!)
        {
            var key = (record.Type!, record.ClientUuid!.Value);
            var digest = Convert.FromHexString(record.ContentSha256!);
            if (taken[key].Concat(quarantined[key]).Any(d => d.AsSpan().SequenceEqual(digest))) continue;
            (taken.Contains(key) || quarantined.Contains(key) ? different : missing).Add(new VerifyFault(record.Type!, record.ClientUuid, record.ContentSha256!));
        }

        var held = (await mediator.Send(new FindHeldClips(asked.Clips!), ct)).Select(c => c.Sha256).ToHashSet(StringComparer.OrdinalIgnoreCase);
        // What was here and went by its competition's rule is no longer the device's to keep.
        held.UnionWith(await mediator.Send(new FindRemovedClips(asked.Clips!), ct));
        missing.AddRange(asked.Clips!.Where(sha256 => !held.Contains(sha256)).Select(sha256 => new VerifyFault(VerifyFault.Clip, null, sha256)));
        var verified = missing.Count == 0 && different.Count == 0;
        return new VerifyAnswer(verified, missing, different, verified ? await SignAsync(asked, earlier, device, ct) : null);
    }

    /// <summary>
    /// The last edit taken from the device, whatever database of its own it came from. A second content under that edit's
    /// number is whole in its conflict (R2, R8): it is held too.
    /// </summary>
    private async Task<ILookup<(string, Guid), byte[]>> TakenAsync(PairedDevice device, Guid[] uuids, CancellationToken ct)
    {
        var last = (await db.RecordEdits.AsNoTracking().Where(e => e.DeviceUuid == device.DeviceUuid && uuids.Contains(e.ClientUuid))
                .Select(e => new { e.Type, e.ClientUuid, e.Side, e.Edit, e.TakenAt, e.Id }).ToListAsync(ct))
            .GroupBy(e => (e.Type, e.ClientUuid)).Select(g => g.OrderBy(e => e.TakenAt).ThenBy(e => e.Id).Last()).ToDictionary(e => (e.Type, e.ClientUuid, e.Side, e.Edit));
        var sides = last.Keys.Select(k => k.Side).Distinct().ToArray();
        var digests = await db.EditDigests.AsNoTracking().Where(d => uuids.Contains(d.ClientUuid) && sides.Contains(d.Side)).ToListAsync(ct);
        return digests.Where(d => last.ContainsKey((d.Type, d.ClientUuid, d.Side, d.Edit))).ToLookup(d => (d.Type, d.ClientUuid), d => d.Digest);
    }

    /// <summary>"Quarantined records count as held", set aside and corrected ones too; not one that a later edit has made moot.</summary>
    private async Task<ILookup<(string, Guid), byte[]>> QuarantinedAsync(PairedDevice device, Guid[] uuids, CancellationToken ct) =>
        (await db.Quarantine.AsNoTracking()
            .Where(q => q.DeviceUuid == device.DeviceUuid && q.RecordUuid != null && uuids.Contains(q.RecordUuid.Value) && q.ContentDigest != null && q.State != QuarantineStates.Closed)
            .Select(q => new { q.Type, q.RecordUuid, q.ContentDigest }).ToListAsync(ct))
        .ToLookup(q => (q.Type!, q.RecordUuid!.Value), q => q.ContentDigest!);

    private async Task<Receipt> EarlierAsync(Guid uuid, PairedDevice device, CancellationToken ct)
    {
        var given = await db.GivenReceipts.AsNoTracking().SingleOrDefaultAsync(r => r.ReceiptUuid == uuid && r.DeviceUuid == device.DeviceUuid, ct)
            ?? throw Problem.Validation("earlier", "No such receipt was given to this device.");
        return JsonSerializer.Deserialize<Receipt>(given.Body, ApiJson.Options)!;
    }

    private async Task<Receipt> SignAsync(VerifyRequest asked, Receipt? earlier, PairedDevice device, CancellationToken ct)
    {
        var receipt = new Receipt(
            Uuids.New(time), device.DeviceUuid, asked.CompetitionUuid!.Value, Instants.ToMilliseconds(time.GetUtcNow()), asked.Counts(earlier?.Counts), asked.Digest(), "");
        receipt = receipt with { Signature = Convert.ToBase64String(ReceiptKeys.Sign(protection, device.ReceiptPrivateKey, receipt.Signed())) };
        db.GivenReceipts.Add(new GivenReceipt
        {
            ReceiptUuid = receipt.ReceiptUuid,
            DeviceUuid = device.DeviceUuid,
            CompetitionUuid = receipt.CompetitionUuid,
            VerifiedAt = receipt.VerifiedAt,
            Body = JsonSerializer.Serialize(receipt, ApiJson.Options),
        });
        await db.SaveChangesAsync(ct);
        return receipt;
    }
}
