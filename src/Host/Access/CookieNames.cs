using Microsoft.AspNetCore.Authentication.Cookies;
using ModularRace.Host.Http;

namespace ModularRace.Host.Access;

/// <summary>
/// <c>__Host-ModularRace</c> and Secure; the plain name without that on http to this very machine only, where browsers refuse
/// the prefix.
/// </summary>
internal sealed class CookieNames : ICookieManager
{
    private readonly ChunkingCookieManager inner = new();

    public string? GetRequestCookie(HttpContext context, string key) => inner.GetRequestCookie(context, Name(context, key));

    public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options)
    {
        options.Secure = !IsLocalHttp(context);
        inner.AppendResponseCookie(context, Name(context, key), value, options);
    }

    public void DeleteCookie(HttpContext context, string key, CookieOptions options)
    {
        options.Secure = !IsLocalHttp(context);
        inner.DeleteCookie(context, Name(context, key), options);
    }

    private static string Name(HttpContext context, string key) => IsLocalHttp(context) ? key : "__Host-" + key;

    private static bool IsLocalHttp(HttpContext context) => !context.Request.IsHttps && Loopback.IsHost(context.Request.Host);
}
