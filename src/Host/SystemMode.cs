using ModularRace.Shared;

namespace ModularRace.Host;

/// <summary>What this host is. Read once, at the start; modules are told their roles and never ask.</summary>
internal enum SystemMode
{
    /// <summary>Many people, many devices, several replicas.</summary>
    Cloud,

    /// <summary>One referee, one touchscreen, its own PostgreSQL.</summary>
    OfflineDevice,
}

internal static class SystemModes
{
    /// <summary>Reads <c>SYSTEM_MODE</c>; anything but <c>cloud</c>, <c>offline_device</c> and nothing stops the start.</summary>
    public static SystemMode Read(IConfiguration configuration) => configuration["SYSTEM_MODE"] switch
    {
        null or "" or "cloud" => SystemMode.Cloud,
        "offline_device" => SystemMode.OfflineDevice,
        var other => throw new StartFailure($"SYSTEM_MODE is '{other}'; it is 'cloud' or 'offline_device'."),
    };

    public static string OnTheWire(this SystemMode mode) => mode == SystemMode.Cloud ? "cloud" : "offline_device";
}
