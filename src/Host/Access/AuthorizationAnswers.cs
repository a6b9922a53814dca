using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using ModularRace.Host.Http;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Access;

/// <summary>What somebody is told who may not: 401 and 403 for programs, the way to sign in for people.</summary>
internal sealed class AuthorizationAnswers : IAuthorizationMiddlewareResultHandler
{
    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await next(context);
            return;
        }

        if (context.User.Identity?.IsAuthenticated == true)
            throw Problem.Forbidden(context.User.IsDevice() ? "A device may not call this." : "Your role does not allow that.");
        if (context.IsPage() && HttpMethods.IsGet(context.Request.Method))
        {
            // Whoever comes by the phones' door has no password here: the Pi's screen lets them in.
            if (context.RequestServices.GetRequiredService<PhoneDoor>().IsWayOf(context)) context.Response.Redirect("/join");
            else context.Response.Redirect($"/sign-in?ReturnUrl={Uri.EscapeDataString(context.Request.Path + context.Request.QueryString)}");
            return;
        }

        var fault = AuthenticationFault.Of(context);
        if (!context.IsPage()) context.Response.Headers.WWWAuthenticate = "Bearer";
        throw new Problem(StatusCodes.Status401Unauthorized, fault.Code, fault.Title);
    }
}
