using System.Text.Json;
using ModularRace.Shared.Json;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Uploading;

/// <summary>
/// The runs that an upload tells. Figures must not hold up records (R14): whatever stands in their place, what cannot be kept
/// is left out and counted, and the upload goes on.
/// </summary>
/// <param name="Kept">Those that can be kept.</param>
/// <param name="LeftOut">How many cannot; something that is no list counts as one.</param>
internal sealed record ToldRuns(IReadOnlyList<RunReport> Kept, int LeftOut)
{
    private const int Most = 200;
    private static readonly DateTimeOffset NoPiWasThere = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static ToldRuns? Read(JsonElement root)
    {
        if (!root.TryGetProperty("runs", out var list) || list.ValueKind == JsonValueKind.Null) return null;
        if (list.ValueKind != JsonValueKind.Array) return new ToldRuns([], 1);
        List<RunReport> kept = [.. list.EnumerateArray().Take(Most).Select(Run).OfType<RunReport>().Where(IsPlausible)];
        return new ToldRuns(kept, list.GetArrayLength() - kept.Count);
    }

    private static RunReport? Run(JsonElement element)
    {
        try
        {
            return element.Deserialize<RunReport>(ApiJson.Options);
        }
        catch (JsonException)
        {
            // A later version of the Pi, or none of ours.
            return null;
        }
    }

    private static bool IsPlausible(RunReport r) =>
        r.RunUuid != Guid.Empty && r.EndedAt >= (r.ClockUncertaintyMs is null ? DateTimeOffset.UnixEpoch : NoPiWasThere)
        && long.Min(r.Uploaded, long.Min(r.Merged, long.Min(r.Conflicts, long.Min(r.Failed, long.Min(r.Deferred, r.Downloaded))))) >= 0
        && long.Min(r.BytesSent, long.Min(r.BytesReceived, long.Min(r.Requests, long.Min(r.DurationMs, long.Min(r.ClipsUploaded, r.ClipsDurationMs ?? 0))))) >= 0
        && r.DurationMs <= TimeSpan.FromDays(30).TotalMilliseconds && r.OfflineHours is null or >= 0 and <= 10_000;
}
