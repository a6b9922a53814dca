namespace ModularRace.Shared.Validation;

/// <summary>
/// What address of a network camera is taken, wherever one comes in, and once more before a program is started with it: it
/// leads to a camera and nowhere else, and nothing in it can be read as an option, a second address or the end of a word.
/// </summary>
public static class CameraAddress
{
    /// <summary>Longest, in characters.</summary>
    public const int Longest = 1000;

    private const string Plain = "rtsp://", OverTls = "rtsps://";

    /// <summary>What ffmpeg takes from the query as an order to itself: other ways for the film to come, or to wait for a caller.</summary>
    private static readonly HashSet<string> Orders = new(StringComparer.OrdinalIgnoreCase) { "udp", "tcp", "multicast", "http", "https", "listen", "prefer_tcp" };

    /// <summary>What is wrong with it, for a person, without a word of it: it may hold a password. Null when nothing is, or there is none.</summary>
    public static string? Fault(string? address)
    {
        if (address is null) return null;
        if (!address.StartsWith(Plain, StringComparison.Ordinal) && !IsOverTls(address)) return $"It is a camera's whole address, and begins with {Plain} or {OverTls}.";
        if (address.Length > Longest) return $"It has {address.Length} characters; at most {Longest} are allowed.";
        // RFC 3986 writes all else with a percent sign.
        if (!address.All(IsOfAnAddress)) return "It holds a character that no address has; write it with a percent sign, such as %20 for a space.";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.HostNameType is UriHostNameType.Unknown or UriHostNameType.Basic || uri.Host.StartsWith('-'))
            return "It names no camera: after the scheme comes its name or its number in the network.";
        if (uri.Port is 0) return "Its port is a number from 1 to 65535.";
        return uri.Query.Split('?', '&').Any(part => Orders.Contains(part.Split('=')[0])) ? "Its query holds a word that says how the film is to come; leave that out." : null;
    }

    /// <summary>A camera that speaks TLS.</summary>
    public static bool IsOverTls(string address) => address.StartsWith(OverTls, StringComparison.Ordinal);

    // No quote, no backslash, no white space, no fragment.
    private static bool IsOfAnAddress(char c) => char.IsAsciiLetterOrDigit(c) || "-._~:/?[]@!$&()*+,;=%".Contains(c, StringComparison.Ordinal);
}
