using System.Text.Json;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Json;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Verifying;

/// <summary>
/// A receipt kept here that covers exactly these holdings; null: none. Where it took several requests it is the last of the
/// receipts that together answer the very requests that would be made. Their signatures were checked before they were kept.
/// </summary>
internal sealed record FindReceipt(Holdings Holdings) : IQuery<Receipt?>;

internal sealed class FindReceiptHandler(SyncDbContext db) : IRequestHandler<FindReceipt, Receipt?>
{
    public async Task<Receipt?> Handle(FindReceipt request, CancellationToken cancellationToken)
    {
        var holdings = request.Holdings;
        if (holdings.CompetitionUuid is null) return null;
        KeptReceipt? last = null;
        for (var part = 0; part < holdings.Parts; part++)
        {
            var earlier = last?.ReceiptUuid;
            var digest = holdings.Part(part, earlier).Digest();
            last = await db.Receipts.AsNoTracking().Where(r => r.Digest == digest && r.CompetitionUuid == holdings.CompetitionUuid && r.Earlier == earlier)
                .OrderByDescending(r => r.VerifiedAt).FirstOrDefaultAsync(cancellationToken);
            if (last is null) return null;
        }

        return JsonSerializer.Deserialize<Receipt>(last!.Body, ApiJson.Options);
    }
}
