using System.Text.Json;
using System.Text.Json.Nodes;
using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Verifying;

/// <summary>R13: proves to a device that the cloud holds what it made or changed, and signs that where it is so.</summary>
internal sealed record VerifyRecords(Guid? CompetitionUuid, IReadOnlyList<VerifyRecord>? Records, IReadOnlyList<string>? Clips) : ICommand<VerifyAnswer>;

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

internal sealed class VerifyRecordsHandler(SyncDbContext db, ICurrentActor current, IDataProtectionProvider protection, TimeProvider time)
    : IRequestHandler<VerifyRecords, VerifyAnswer>
{
    public async Task<VerifyAnswer> Handle(VerifyRecords request, CancellationToken ct)
    {
        var device = await DeviceAccess.RequireDeviceAsync(db, current.Actor, ct);
        var competition = request.CompetitionUuid!.Value;
        await DeviceAccess.RequireGrantAsync(db, device, competition, ct);
        var records = request.Records ?? [];
        var uuids = records.Select(r => r.ClientUuid!.Value).Distinct().ToArray();
        // The last edit taken from the device, whatever database of its own it came from.
        var taken = (await db.RecordEdits.AsNoTracking().Where(e => e.DeviceUuid == device.DeviceUuid && uuids.Contains(e.ClientUuid))
                .Select(e => new { e.Type, e.ClientUuid, e.Digest, e.TakenAt, e.Id }).ToListAsync(ct))
            .GroupBy(e => (e.Type, e.ClientUuid)).ToDictionary(g => g.Key, g => g.OrderBy(e => e.TakenAt).ThenBy(e => e.Id).Last().Digest);
        // "Quarantined records count as held."
        var quarantined = (await db.Quarantine.AsNoTracking()
                .Where(q => q.DeviceUuid == device.DeviceUuid && q.RecordUuid != null && uuids.Contains(q.RecordUuid.Value) && q.ContentDigest != null)
                .Select(q => new { q.Type, q.RecordUuid, q.ContentDigest }).ToListAsync(ct))
            .ToLookup(q => (q.Type!, q.RecordUuid!.Value), q => q.ContentDigest!);

        var missing = new List<VerifyFault>();
        var different = new List<VerifyFault>();
        foreach (var record in records)
        {
            var key = (record.Type!, record.ClientUuid!.Value);
            var asked = Convert.FromHexString(record.ContentSha256!);
            var known = taken.GetValueOrDefault(key);
            if (known is not null && known.AsSpan().SequenceEqual(asked)) continue;
            if (quarantined[key].Any(d => d.AsSpan().SequenceEqual(asked))) continue;
            (known is null ? missing : different).Add(new VerifyFault(record.Type!, record.ClientUuid, record.ContentSha256!));
        }

        // Clips are not taken here yet: none is held.
        missing.AddRange((request.Clips ?? []).Select(sha256 => new VerifyFault("clip", null, sha256)));
        var verified = missing.Count == 0 && different.Count == 0;
        return new VerifyAnswer(verified, missing, different, verified ? await SignAsync(request, device, competition, ct) : null);
    }

    private async Task<Receipt> SignAsync(VerifyRecords request, PairedDevice device, Guid competition, CancellationToken ct)
    {
        var asked = JsonSerializer.SerializeToNode(new VerifyRequest(competition, request.Records ?? [], request.Clips ?? []), ApiJson.Options);
        var counts = (request.Records ?? []).CountBy(r => r.Type!).OrderBy(c => RecordTypes.Rank(c.Key)).ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal);
        if (request.Clips is { Count: > 0 } clips) counts["clip"] = clips.Count;
        var receipt = new Receipt(
            Uuids.New(time), device.DeviceUuid, competition, Instants.ToMilliseconds(time.GetUtcNow()), counts, Convert.ToHexStringLower(CanonicalJson.Digest(asked)), "");
        var body = JsonSerializer.SerializeToNode(receipt, ApiJson.Options)!.AsObject();
        body.Remove("signature");
        receipt = receipt with { Signature = Convert.ToBase64String(ReceiptKeys.Sign(protection, device.ReceiptPrivateKey, CanonicalJson.Write(body))) };
        db.GivenReceipts.Add(new GivenReceipt
        {
            ReceiptUuid = receipt.ReceiptUuid,
            DeviceUuid = device.DeviceUuid,
            CompetitionUuid = competition,
            VerifiedAt = receipt.VerifiedAt,
            Body = JsonSerializer.Serialize(receipt, ApiJson.Options),
        });
        await db.SaveChangesAsync(ct);
        return receipt;
    }
}
