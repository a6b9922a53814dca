using MediatR;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Clips;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Verifying;

/// <summary>
/// R13: asks the cloud about everything that this Pi made or changed, digest by digest. No transaction is held over the
/// network: what comes to light is true of <see cref="Verification.Holdings"/>, and of nothing that was made since.
/// </summary>
internal sealed record VerifyWithCloud : IRequest<Verification>;

/// <param name="Holdings">What was asked about.</param>
/// <param name="Missing">What the cloud does not hold.</param>
/// <param name="Different">What it holds otherwise.</param>
/// <param name="Receipt">The cloud's signed word, checked and kept; null where anything is missing or different.</param>
internal sealed record Verification(Holdings Holdings, IReadOnlyList<VerifyFault> Missing, IReadOnlyList<VerifyFault> Different, Receipt? Receipt);

internal sealed class VerifyWithCloudHandler(ScopedSender sender, CloudLink link, DeviceRow row, DeviceProgress progress) : IRequestHandler<VerifyWithCloud, Verification>
{
    /// <exception cref="LinkFailure">The cloud could not be asked.</exception>
    /// <exception cref="Problem">409 <c>not_paired</c>; 502 <c>receipt_invalid</c>; what else the cloud says.</exception>
    public async Task<Verification> Handle(VerifyWithCloud request, CancellationToken cancellationToken)
    {
        var access = await row.RequireAccessAsync(cancellationToken);
        var device = await row.ReadAsync(cancellationToken);
        if (device.ReceiptKey is null)
        {
            await sender.SendAsync(new StoreGrants(await link.CompetitionsAsync(access, cancellationToken)), cancellationToken);
            device = await row.ReadAsync(cancellationToken);
        }

        var holdings = await sender.SendAsync(new ReadHoldings(), cancellationToken);
        if (holdings.CompetitionUuid is null) return new Verification(holdings, [], [], null);
        var missing = new List<VerifyFault>();
        var different = new List<VerifyFault>();
        Receipt? last = null;
        for (var part = 0; part < holdings.Parts; part++)
        {
            var asked = holdings.Part(part, last?.ReceiptUuid);
            progress.Report("verifying", part * Holdings.MostInRequest, holdings.Records.Count, underway: asked.Records?.Count ?? 0);
            var answer = await link.VerifyAsync(access, asked, cancellationToken);
            missing.AddRange(answer.Missing);
            different.AddRange(answer.Different);
            if (missing.Count + different.Count > 0)
            {
                // The rest is asked too, so that all that is missing is known at once.
                last = null;
                continue;
            }

            var receipt = answer.Receipt;
            if (!answer.Verified || receipt is null || !Says(receipt, asked, last, device.DeviceUuid) || !ReceiptKeys.Holds(device.ReceiptKey ?? "", receipt))
                throw new Problem(502, "receipt_invalid", "The cloud's receipt does not hold: its signature or what it covers is wrong.");
            await sender.SendAsync(new KeepReceipt(receipt, asked.Earlier), cancellationToken);
            last = receipt;
        }

        if (missing.Exists(f => f.Type == VerifyFault.Clip))
            await sender.SendAsync(new SendClipsAgain([.. missing.Where(f => f.Type == VerifyFault.Clip).Select(f => f.ContentSha256)]), cancellationToken);
        progress.Report("verifying", holdings.Records.Count, holdings.Records.Count);
        return new Verification(holdings, missing, different, missing.Count + different.Count == 0 ? last : null);
    }

    private static bool Says(Receipt receipt, VerifyRequest asked, Receipt? earlier, Guid device) =>
        receipt.DeviceUuid == device && receipt.CompetitionUuid == asked.CompetitionUuid && receipt.Digest == asked.Digest()
        && receipt.Counts is not null && receipt.Counts.OrderBy(c => c.Key, StringComparer.Ordinal).SequenceEqual(asked.Counts(earlier?.Counts).OrderBy(c => c.Key, StringComparer.Ordinal));
}
