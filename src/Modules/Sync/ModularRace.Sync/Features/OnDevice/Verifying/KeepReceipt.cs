using System.Text.Json;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Json;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Verifying;

/// <summary>Keeps a receipt whose signature was checked. Again: unchanged.</summary>
/// <param name="Earlier">The receipt of the part before.</param>
internal sealed record KeepReceipt(Receipt Receipt, Guid? Earlier) : ICommand<Done>;

internal sealed class KeepReceiptHandler(SyncDbContext db) : IRequestHandler<KeepReceipt, Done>
{
    public async Task<Done> Handle(KeepReceipt request, CancellationToken cancellationToken)
    {
        var receipt = request.Receipt;
        if (await db.Receipts.AnyAsync(r => r.ReceiptUuid == receipt.ReceiptUuid, cancellationToken)) return default;
        db.Receipts.Add(new KeptReceipt
        {
            ReceiptUuid = receipt.ReceiptUuid,
            CompetitionUuid = receipt.CompetitionUuid,
            VerifiedAt = receipt.VerifiedAt,
            Digest = receipt.Digest,
            Earlier = request.Earlier,
            Body = JsonSerializer.Serialize(receipt, ApiJson.Options),
        });
        await db.SaveChangesAsync(cancellationToken);
        return default;
    }
}
