using System.Net.NetworkInformation;
using System.Net.Sockets;
using ModularRace.Shared;

namespace ModularRace.Host.Http;

/// <summary>
/// The Pi's second address, for the referees' own phones and tablets on the venue's network: HTTPS with the Pi's own
/// certificate, on the port <c>Phones__Port</c>. Without that setting there is none, and the Pi listens to itself alone.
/// </summary>
/// <param name="Port">1 to 65535; null: no door.</param>
/// <param name="Host">How phones name this Pi, <c>Phones__Host</c>; null: by its address on the network that it is in.</param>
internal sealed record PhoneDoor(int? Port, string? Host)
{
    public static PhoneDoor Read(IConfiguration configuration, SystemMode mode)
    {
        if (mode != SystemMode.OfflineDevice || configuration["Phones:Port"] is not { Length: > 0 } text) return new PhoneDoor(Port: null, Host: null);
        var host = configuration["Phones:Host"] is { Length: > 0 } named ? named : null;
        if (host is not null && Uri.CheckHostName(host) is UriHostNameType.Unknown or UriHostNameType.Basic) throw new StartFailure($"Phones__Host is a name or an address, without a port: not '{host}'.");
        return int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue
            ? new PhoneDoor(port, host)
            : throw new StartFailure($"Phones__Port is a port, 1 to 65535: not '{text}'.");
    }

    /// <summary>Whether this request came by it. Who comes by it is nobody from this machine, whatever the address says.</summary>
    public bool IsWayOf(HttpContext context) => Port is { } port && context.Connection.LocalPort == port;

    /// <summary>Where a phone finds this Pi: by the name it was given, else its IPv4 address, on a network with a way out before any other. Null: it is in none.</summary>
    public string? Address() => Host ?? NetworkInterface.GetAllNetworkInterfaces()
        .Where(n => n.OperationalStatus == OperationalStatus.Up && n.NetworkInterfaceType is not (NetworkInterfaceType.Loopback or NetworkInterfaceType.Tunnel))
        .Select(n => n.GetIPProperties())
        .OrderByDescending(p => p.GatewayAddresses.Count > 0)
        .SelectMany(p => p.UnicastAddresses)
        .FirstOrDefault(a => a.Address.AddressFamily == AddressFamily.InterNetwork)?.Address.ToString();
}
