using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using ModularRace.Host.Http;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Access;

/// <summary>R15: how callers are known, and what each policy asks for. What names no policy is refused.</summary>
internal static class AccessRegistration
{
    /// <summary>Where the pages' scripts put the antiforgery token.</summary>
    public const string CsrfHeader = "X-CSRF-TOKEN";

    public static void AddAccess(this WebApplicationBuilder builder, SystemMode mode)
    {
        var services = builder.Services;
        services.AddHttpContextAccessor();
        services.AddScoped<ICurrentActor, CurrentActor>();
        services.AddScoped<SessionReader>();
        services.AddScoped<CurrentPerson>();

        // Cookies know no ports: a cloud and a Pi on one machine, as build/run.sh starts them, must not take each other's.
        var cookie = mode == SystemMode.Cloud ? "ModularRace" : "ModularRacePi";
        services.AddAntiforgery(options =>
        {
            options.HeaderName = CsrfHeader;
            options.Cookie.Name = $"{cookie}.Antiforgery";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.SuppressXFrameOptionsHeader = true; // frame-ancestors says it, on every answer
        });

        services.AddAuthentication(Schemes.Any)
            .AddPolicyScheme(Schemes.Any, null, options => options.ForwardDefaultSelector = Select)
            .AddScheme<AuthenticationSchemeOptions, BearerHandler>(Schemes.Bearer, null)
            .AddScheme<AuthenticationSchemeOptions, DeviceHandler>(Schemes.Device, null)
            .AddCookie(Schemes.Cookie, options =>
            {
                options.Cookie.Name = cookie;
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Lax;
                options.Cookie.Path = "/";
                options.CookieManager = new CookieNames();
                options.ExpireTimeSpan = OpenSessions.OfPages;
                options.SlidingExpiration = true;
                options.Events.OnValidatePrincipal = context => ValidateCookieAsync(context, mode);
            });

        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AuthorizationAnswers>();
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(_ => false).Build())
            .SetDefaultPolicy(new AuthorizationPolicyBuilder().RequireAssertion(c => c.User.IsSignedIn()).Build())
            .AddPolicy(Policies.SignedIn, policy => policy.RequireAssertion(c => c.User.IsSignedIn()))
            .AddPolicy(Policies.Admin, policy => policy.RequireAssertion(c => c.User.HoldsAny()))
            .AddPolicy(Policies.ReferenceData, policy => policy.RequireAssertion(c => mode == SystemMode.OfflineDevice ? c.User.HoldsAny(Roles.Referee) : c.User.HoldsAny()))
            .AddPolicy(Policies.Report, policy => policy.RequireAssertion(c => c.User.HoldsAny(Roles.JuryPresident, Roles.VarOperator, Roles.Referee)))
            .AddPolicy(Policies.Clips, policy => policy.RequireAssertion(c => c.User.IsDevice() || c.User.HoldsAny(Roles.JuryPresident, Roles.VarOperator, Roles.Referee)))
            .AddPolicy(Policies.Jury, policy => policy.RequireAssertion(c => c.User.HoldsAny(Roles.JuryPresident)))
            .AddPolicy(Policies.Merge, policy => policy.RequireAssertion(c => c.User.HoldsAny(mode == SystemMode.OfflineDevice ? [Roles.JuryPresident, Roles.VarOperator, Roles.Referee] : [Roles.JuryPresident, Roles.VarOperator])))
            .AddPolicy(Policies.Device, policy => policy.RequireAssertion(c => c.User.IsDevice()))
            .AddPolicy(Policies.PiReferee, policy => policy.RequireAssertion(c => mode == SystemMode.OfflineDevice && c.User.HoldsAny(Roles.Referee)))
            .AddPolicy(Policies.PiOperator, policy => policy.RequireAssertion(c => mode == SystemMode.OfflineDevice && c.User.HoldsAny(Roles.Referee) && !c.User.IsPhone()));
    }

    /// <summary>A write by cookie could be another site's doing, so it needs the token that only our pages know. (Pages check their forms themselves.)</summary>
    public static void UseAntiforgeryForApi(this WebApplication app) => app.Use(async (context, next) =>
    {
        var method = context.Request.Method;
        if (!context.IsPage() && context.User.IsByCookie() && !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method)
            && !await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
            throw Problem.Forbidden($"A write by cookie needs the page's antiforgery token in {CsrfHeader}.");
        await next(context);
    });

    private static string Select(HttpContext context) =>
        context.Request.Headers.Authorization.Count == 0 ? Schemes.Cookie
        : context.Request.Headers.ContainsKey(DeviceHandler.UuidHeader) ? Schemes.Device
        : Schemes.Bearer;

    private static async Task ValidateCookieAsync(CookieValidatePrincipalContext context, SystemMode mode)
    {
        var http = context.HttpContext;
        ClaimsPrincipal? user = null;
        if (context.Principal?.IsPiReferee() == true)
        {
            // Taken from the Pi's browser it opens nothing from the network.
            if (mode == SystemMode.OfflineDevice && Loopback.IsCaller(http)) user = context.Principal;
        }
        else if (context.Principal?.PhoneUuid() is { } phone)
        {
            if (mode == SystemMode.OfflineDevice && await http.RequestServices.GetRequiredService<SessionReader>().IsLetInAsync(phone, http.RequestAborted)) user = context.Principal;
        }
        else if (context.Principal?.SessionId() is { } session)
        {
            user = await http.RequestServices.GetRequiredService<SessionReader>().BySessionAsync(Schemes.Cookie, session, Session.Pages, http.RequestAborted);
        }

        if (user is null) context.RejectPrincipal();
        else context.ReplacePrincipal(user);
    }
}
