using System.Net;

namespace ModularRace.Host.Http;

/// <summary>Whether somebody sits at this very machine.</summary>
internal static class Loopback
{
    public static bool IsHost(HostString host) =>
        string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>The peer's address and the name that it asked for: a web page that rebinds its own name to 127.0.0.1 fails the second.</summary>
    public static bool IsCaller(HttpContext context) => !context.RequestServices.GetRequiredService<PhoneDoor>().IsWayOf(context) && context.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer) && IsHost(context.Request.Host);
}
