using Microsoft.AspNetCore.Authentication;
using ModularRace.Host.Http;

namespace ModularRace.Host.Access;

/// <summary>
/// On a Pi the person at its screen is the pre-configured referee: a page asked for from this very machine is signed in
/// without a password, by the same cookie as anybody's, so that the page's own calls to the API carry it.
/// </summary>
internal static class PiReferee
{
    public static void UsePiReferee(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (context.User.Identity?.IsAuthenticated != true && context.IsPage() && !context.Request.Path.StartsWithSegments("/sign-in", StringComparison.OrdinalIgnoreCase)
            && context.Request.Headers.Authorization.Count == 0 && Loopback.IsCaller(context))
        {
            var referee = Principals.PiReferee();
            await context.SignInAsync(Schemes.Cookie, referee);
            context.User = referee;
        }

        await next(context);
    });
}
