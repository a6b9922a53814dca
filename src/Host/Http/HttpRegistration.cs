using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.StaticFiles;
using ModularRace.Host.Access;
using ModularRace.Shared.Json;

namespace ModularRace.Host.Http;

/// <summary>The way of a request through the host, from the outside in.</summary>
internal static class HttpRegistration
{
    public static void AddHttp(this WebApplicationBuilder builder, SystemMode mode)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = Bodies.Sync;
        });

        // It writes whole addresses, and some carry a code that lets in whoever has it (R15), however much else is logged.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        var services = builder.Services;
        services.AddExceptionHandler<ProblemAnswers>();
        services.AddProblemDetails();
        services.AddBodies();
        builder.AddKeyLimits();
        services.ConfigureHttpJsonOptions(options => ApiJson.Configure(options.SerializerOptions));
        services.Configure<Microsoft.AspNetCore.Mvc.JsonOptions>(options => ApiJson.Configure(options.JsonSerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        if (mode != SystemMode.Cloud) return;
        services.AddHsts(options => options.MaxAge = TimeSpan.FromDays(365));
        services.Configure<ForwardedHeadersOptions>(options => options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto);
    }

    public static void UseHttp(this WebApplication app, SystemMode mode)
    {
        // A proxy on this machine may say for whom it asks. On a Pi nobody may: loopback signs in there.
        if (mode == SystemMode.Cloud) app.UseForwardedHeaders().UseHsts();
        app.UseSecurityHeaders();
        app.UseExceptionHandler(new ExceptionHandlerOptions { AllowStatusCode404Response = true, ExceptionHandler = _ => Task.CompletedTask });
        app.UseStatusCodePages(ProblemAnswers.WriteBareStatusAsync);
        app.UseBodies();
        app.UsePageLanguage();
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = KeepFresh });
        app.UseRouting();
        app.UseAuthentication();
        app.UseRateLimiter();
        if (mode == SystemMode.OfflineDevice) app.UsePiReferee();
        app.UseRoutingAnswers();
        app.UseAntiforgeryForApi();
        app.UseAuthorization();
    }

    /// <summary>
    /// A file asked for by its version may be kept for ever; any other is asked for anew each time (304 where it is the same):
    /// a browser that guesses would run old scripts beside new pages after an update.
    /// </summary>
    private static void KeepFresh(StaticFileResponseContext file) =>
        file.Context.Response.Headers.CacheControl = file.Context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache";

    /// <summary>What no route takes is 404, 405 or 415, and not a question of rights.</summary>
    private static void UseRoutingAnswers(this WebApplication app) => app.Use((context, next) =>
    {
        switch (context.GetEndpoint())
        {
            case null:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            case RouteEndpoint:
                return next(context);
            case { RequestDelegate: { } refuse }:
                return refuse(context);
            default:
                return next(context);
        }
    });
}
