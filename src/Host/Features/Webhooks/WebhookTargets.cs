using System.Net;
using System.Net.Sockets;
using ModularRace.Shared;

namespace ModularRace.Host.Features.Webhooks;

/// <summary>
/// Where webhooks may lead (R15): to public addresses, and to the networks that the setting names. A webhook is an admin's
/// word about where this machine connects to; without this it would be a way into the network behind it.
/// </summary>
/// <param name="Active">This host has webhooks: a cloud's has.</param>
/// <param name="Allowed">Networks inside that may be reached all the same, also without TLS.</param>
internal sealed record WebhookTargets(bool Active, IReadOnlyList<IPNetwork> Allowed)
{
    // What no public service lives at: this host, private networks, carriers' and providers' own, documentation, multicast,
    // and what embeds an IPv4 address in IPv6, by which the others would be reached. (IANA's special-purpose registries.)
    private static readonly IPNetwork[] Inside =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
            "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    public static WebhookTargets Read(IConfiguration configuration, SystemMode mode)
    {
        var said = (configuration["Webhooks:AllowedNetworks"] ?? "").Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new WebhookTargets(mode == SystemMode.Cloud, [.. said.Select(n => IPNetwork.TryParse(n, out var network)
            ? network
            : throw new StartFailure($"Webhooks__AllowedNetworks holds '{n}'; it is a list of networks, such as 10.20.0.0/16."))]);
    }

    public bool MayReach(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IsAllowed(plain) || !Inside.Any(n => n.Contains(plain));
    }

    /// <summary>What is wrong with an address that a webhook is to have; null: nothing. Where a name leads is seen each time it is called.</summary>
    public string? Fault(string? text)
    {
        if (!Uri.TryCreate(text?.Trim(), UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.Host.Length == 0) return "It is an address that begins with https://.";
        if (url.UserInfo.Length > 0) return "It holds no user name or password: messages are signed instead.";
        if (url.Fragment.Length > 0) return "It has no part behind #.";
        var literal = IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var address) ? address : null;
        if (url.Scheme == Uri.UriSchemeHttp && (literal is null || !IsAllowed(literal))) return "It is an address that begins with https://.";
        return literal is not null && !MayReach(literal) ? "It leads into this network, which is not allowed." : null;
    }

    /// <summary>Connects to a checked address only: asked again, the name might lead elsewhere.</summary>
    /// <exception cref="HttpRequestException">It leads into this network, or nowhere.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var reachable = addresses.Where(MayReach).ToArray();
        if (reachable.Length == 0) throw new HttpRequestException(addresses.Length == 0 ? "Its name leads nowhere." : "It leads into this network, which is not allowed.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(reachable, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsAllowed(IPAddress address) => Allowed.Any(n => n.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
}
