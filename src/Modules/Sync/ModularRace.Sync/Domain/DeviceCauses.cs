using MediatR;
using ModularRace.Sync.Contracts;

namespace ModularRace.Sync.Domain;

/// <summary>What alerts about a device hang on: one cause of a kind for each device.</summary>
internal static class DeviceCauses
{
    public static string Key(string kind, Guid device) => $"{kind}/{device}";

    /// <summary>A device that is shut out, or paired anew, causes nothing any more.</summary>
    public static async Task EndAllAsync(IMediator mediator, Guid device, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var kind in (string[])[AlertKinds.DeviceSilent, AlertKinds.TokenShared, AlertKinds.CardNearlyFull, AlertKinds.RecordFailed, AlertKinds.ClipFailed])
            await mediator.Publish(new AlertEnded(Key(kind, device), now), ct);
    }
}
