using System.Net;

namespace ModularRace.Sync.Domain.OnDevice;

/// <summary>Where a cloud may be: https, or http to this machine only, since the token would be read on the way.</summary>
internal static class ServerAddress
{
    public const string Rule = "It is an address such as https://race.example.org (http only to this machine itself).";

    public static Uri? Read(string? text)
    {
        if (!Uri.TryCreate(text?.Trim(), UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0) return null;
        var allowed = uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && IsLoopback(uri));
        return allowed ? new Uri(uri.AbsoluteUri.TrimEnd('/')) : null;
    }

    private static bool IsLoopback(Uri uri) =>
        string.Equals(uri.Host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
}
