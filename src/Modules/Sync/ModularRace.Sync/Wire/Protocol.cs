using ModularRace.Shared.Problems;

namespace ModularRace.Sync.Wire;

/// <summary>The version of the contract that this software speaks, and how a caller says which it means.</summary>
internal static class Protocol
{
    public const int Min = 1, Max = 1;
    public const string VersionHeader = "X-Protocol-Version", DeviceHeader = "X-Device-UUID", BootHeader = "X-Boot-Id", SigningKeyHeader = "X-Signing-Key";

    /// <summary>How long a packed answer is on the wire.</summary>
    public const string PackedLengthHeader = "X-Packed-Length";

    /// <summary>Refuses with 426 what is not spoken here.</summary>
    public static void Require(string? version)
    {
        if (!int.TryParse(version, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) || number is < Min or > Max)
            throw new Problem(426, "protocol_unsupported", $"This server speaks versions {Min} to {Max} of the protocol; say one in {VersionHeader}.")
            {
                Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["min"] = Min, ["max"] = Max },
            };
    }
}

internal sealed record ProtocolRange(int Min, int Max);

/// <summary>What <c>GET /sync/health</c> answers. Anything else in its place means offline.</summary>
internal sealed record HealthAnswer(string Service, string Status, string SystemMode, DateTimeOffset ServerTime, string Version, ProtocolRange Protocol)
{
    public const string ServiceName = "modularrace", Ok = "ok";
}
