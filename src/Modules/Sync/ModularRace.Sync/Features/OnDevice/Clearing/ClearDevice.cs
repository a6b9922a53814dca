using FluentValidation;
using MediatR;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Features.OnDevice.Verifying;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Clearing;

/// <summary>
/// R13: clears this Pi for the next race, after the cloud has confirmed everything that was made or changed here; exactly
/// what was confirmed is deleted. No transaction is held over the network.
/// </summary>
/// <param name="Confirm">The competition's name, to the letter.</param>
internal sealed record ClearDevice(string? Confirm) : IRequest<ClearedView>;

/// <param name="Cleared">How many of the confirmed records are gone, by type.</param>
/// <param name="Receipt">The cloud's signed word; it stays here too.</param>
internal sealed record ClearedView(IReadOnlyDictionary<string, int> Cleared, Receipt Receipt);

internal sealed class ClearDeviceValidator : AbstractValidator<ClearDevice>
{
    public ClearDeviceValidator() => RuleFor(c => c.Confirm).NotEmpty().WithMessage("It is required: the competition's name.");
}

internal sealed class ClearDeviceHandler(SyncRunner runner, ScopedSender sender, CloudLink link, DeviceRow row, DeviceProgress progress)
    : IRequestHandler<ClearDevice, ClearedView>
{
    private const string NotSafeCode = "not_safe_to_clear";

    /// <exception cref="Problem">400 where the name is another; 409 <c>not_safe_to_clear</c> with <c>reasons</c>.</exception>
    public async Task<ClearedView> Handle(ClearDevice request, CancellationToken cancellationToken)
    {
        var clearance = await sender.SendAsync(new ReadClearance(), cancellationToken);
        if (!clearance.Names.Contains(request.Confirm!.Trim(), StringComparer.Ordinal))
            throw Problem.Validation("confirm", clearance.Names.Count > 0 ? "It is not the name of the competition on this Pi." : "There is no competition on this Pi.");

        // Judged before the network is touched.
        if (clearance.Reasons.Count > 0) throw NotSafe(clearance.Reasons);
        try
        {
            // In turn: no page of changes may be taken between the proof and the deletion.
            var cleared = await runner.InTurnAsync(ClearAsync).WaitAsync(cancellationToken);
            progress.Report("done");
            return cleared;
        }
        catch (Problem e)
        {
            progress.Report("failed", message: e.Message);
            throw;
        }
    }

    private async Task<ClearedView> ClearAsync(CancellationToken stopping)
    {
        var (holdings, receipt) = await ProveAsync(stopping);
        return new ClearedView(await sender.SendAsync(new DeleteConfirmed(holdings), stopping), receipt);
    }

    /// <summary>The cloud's word of now; where it cannot be asked, a receipt that was brought from it and covers exactly what is here.</summary>
    private async Task<(Holdings Holdings, Receipt Receipt)> ProveAsync(CancellationToken stopping)
    {
        var holdings = await sender.SendAsync(new ReadHoldings(), stopping);
        ClearReason why;
        try
        {
            var access = await row.RequireAccessAsync(stopping);
            await link.ProbeAsync(access.Server, stopping);
            var proof = await sender.SendAsync(new VerifyWithCloud(), stopping);
            if (proof.Receipt is not null) return (proof.Holdings, proof.Receipt);
            throw NotSafe(Faults(proof));
        }
        catch (LinkFailure e)
        {
            why = new ClearReason(e.ToProblem().Code, $"The cloud could not be asked. {e.Message}", 0);
        }
        catch (Problem e) when (e.Code != NotSafeCode)
        {
            why = new ClearReason(e.Code, e.Message, 0);
        }

        return await sender.SendAsync(new FindReceipt(holdings), stopping) is { } kept ? (holdings, kept) : throw NotSafe([why]);
    }

    private static IReadOnlyList<ClearReason> Faults(Verification proof)
    {
        ClearReason[] all =
        [
            new("missing_on_cloud", "The cloud does not have it.", proof.Missing.Count),
            new("different_on_cloud", "The cloud has another version of it.", proof.Different.Count),
        ];
        return [.. all.Where(r => r.Count > 0)];
    }

    private static Problem NotSafe(IReadOnlyList<ClearReason> reasons) =>
        new(409, NotSafeCode, $"This Pi cannot be cleared yet. {string.Join(" ", reasons.Select(r => r.Count > 0 ? $"{r.Count}: {r.Message}" : r.Message))}")
        {
            Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["reasons"] = reasons },
        };
}
