using System.Reflection;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.Link;

/// <summary>What <c>GET /sync/health</c> answers in both modes. It touches no database: a Pi asks it often, over bad links.</summary>
internal static class ReadHealth
{
    private static readonly string Version =
        typeof(ReadHealth).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static HealthAnswer Answer(SyncRole role, TimeProvider time) => new(
        HealthAnswer.ServiceName, HealthAnswer.Ok, role == SyncRole.Server ? "cloud" : "offline_device", time.GetUtcNow(), Version,
        new ProtocolRange(Protocol.Min, Protocol.Max));
}
