using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Http;

/// <summary>In which language a page speaks. The API speaks English always, whoever calls it: programs read it.</summary>
internal static class PageLanguage
{
    /// <summary>Any page's address with it keeps the choice in the browser, and leads on to the page itself.</summary>
    public const string Choice = "lang";

    public static void UsePageLanguage(this WebApplication app) => app.Use((context, next) =>
    {
        var request = context.Request;
        if (request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)) return next(context);
        // An address that begins with two slashes would lead to another host.
        if (HttpMethods.IsGet(request.Method) && request.Path.Value?.StartsWith("//", StringComparison.Ordinal) != true && PageLanguages.All.FirstOrDefault(l => l == request.Query[Choice]) is { } chosen)
        {
            context.Response.Cookies.Append(PageLanguages.Cookie, chosen, new CookieOptions { MaxAge = TimeSpan.FromDays(400), SameSite = SameSiteMode.Lax, Secure = request.IsHttps, IsEssential = true });
            var rest = new QueryBuilder(request.Query.Where(q => q.Key != Choice));
            context.Response.Redirect(request.PathBase.Add(request.Path).ToUriComponent() + rest);
            return Task.CompletedTask;
        }

        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(Of(request));
        return next(context);
    });

    public static string Of(HttpRequest request) => PageLanguages.Of(
        request.Cookies[PageLanguages.Cookie], request.GetTypedHeaders().AcceptLanguage.OrderByDescending(a => a.Quality ?? 1).Select(a => a.Value.Value ?? ""));
}
