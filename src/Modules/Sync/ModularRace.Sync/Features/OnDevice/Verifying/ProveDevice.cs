using MediatR;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Verifying;

/// <summary>A person asks for the proof: in turn with runs and downloads, and told as progress.</summary>
internal sealed record ProveDevice : IRequest<ProofView>;

/// <param name="Records">How many records were asked about.</param>
/// <param name="Clips">How many clips.</param>
/// <param name="Receipt">Only where nothing is missing or different.</param>
internal sealed record ProofView(bool Verified, int Records, int Clips, IReadOnlyList<VerifyFault> Missing, IReadOnlyList<VerifyFault> Different, Receipt? Receipt);

internal sealed class ProveDeviceHandler(SyncRunner runner, ScopedSender sender, CloudLink link, DeviceRow row, DeviceProgress progress) : IRequestHandler<ProveDevice, ProofView>
{
    /// <exception cref="Problem">409 <c>not_paired</c>; 503 <c>server_unreachable</c>; 502 <c>receipt_invalid</c>.</exception>
    public async Task<ProofView> Handle(ProveDevice request, CancellationToken cancellationToken)
    {
        var access = await row.RequireAccessAsync(cancellationToken);
        try
        {
            await link.ProbeAsync(access.Server, cancellationToken);
            var proof = await runner.InTurnAsync(stopping => sender.SendAsync(new VerifyWithCloud(), stopping)).WaitAsync(cancellationToken);
            progress.Report("done", proof.Holdings.Records.Count, proof.Holdings.Records.Count);
            return new ProofView(proof.Receipt is not null, proof.Holdings.Records.Count, proof.Holdings.Clips.Count, proof.Missing, proof.Different, proof.Receipt);
        }
        catch (Exception e) when (e is LinkFailure or Problem)
        {
            progress.Report("failed", message: e.Message);
            throw e is LinkFailure failure ? failure.ToProblem() : e;
        }
    }
}
