using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Razor.Compilation;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ModularRace.Host.Tests;

public sealed class CloudAuthorisationWalkTests(CloudInProcess host) : AuthorisationWalk(host), IClassFixture<CloudInProcess>;

public sealed class PiAuthorisationWalkTests(PiInProcess host) : AuthorisationWalk(host), IClassFixture<PiInProcess>;

/// <summary>R15: every endpoint and page of the running host names who may; what is open to all stands in a list here. Each is tried in <see cref="AuthorisationTable"/>.</summary>
public abstract class AuthorisationWalk(InProcessHost host)
{
    private static readonly HashSet<string> OpenToAll = new(StringComparer.Ordinal)
    {
        "GET /api/v1/sync/health", "GET /api/v1/health/live", "GET /api/v1/health/ready", "GET /health/live", "GET /health/ready",
        "POST /api/v1/devices/pair", "POST /api/v1/auth/login", "POST /api/v1/auth/refresh", "* /sign-in",

        // By the link that an admin made.
        "* /choose-password",

        // On a Pi: by the code on its screen.
        "* /join",

        // Files of a public package; the page that shows the API with them is not open.
        "GET /scalar/scalar.js", "GET /scalar/scalar.aspnetcore.js", "GET /scalar/favicon.svg",
    };

    [Fact]
    public void Every_endpoint_names_its_policy_or_stands_in_the_list_of_open_ones()
    {
        var unnamed = host.Endpoints.Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is null && e.Metadata.GetOrderedMetadata<IAuthorizeData>().All(a => string.IsNullOrEmpty(a.Policy)));
        Assert.Empty(unnamed.Select(Names).SelectMany(n => n));
        var open = host.Endpoints.Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null).SelectMany(Names).Distinct(StringComparer.Ordinal);
        Assert.Equal([], open.Except(OpenToAll, StringComparer.Ordinal));
    }

    [Fact]
    public void Each_page_has_one_face_in_a_mode()
    {
        var hidden = host.Mode == "cloud" ? "Touch" : "Desk";
        var pages = host.Endpoints.Select(e => e.Metadata.GetMetadata<PageActionDescriptor>()).OfType<PageActionDescriptor>().ToList();
        Assert.NotEmpty(pages);
        Assert.DoesNotContain(pages, p => p.ViewEnginePath.EndsWith(hidden, StringComparison.Ordinal));
        Assert.Empty(pages.GroupBy(p => p.AttributeRouteInfo!.Template, StringComparer.OrdinalIgnoreCase).Where(g => g.Select(p => p.RelativePath).Distinct(StringComparer.Ordinal).Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void No_two_modules_pages_lie_at_the_same_path()
    {
        var parts = host.Services.GetRequiredService<ApplicationPartManager>();
        var paths = parts.ApplicationParts.OfType<IRazorCompiledItemProvider>().SelectMany(p => p.CompiledItems).Select(i => i.Identifier).ToList();
        Assert.Empty(paths.GroupBy(p => p, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key));
        Assert.All(paths, p => Assert.StartsWith("/Features/", p, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Names(RouteEndpoint endpoint)
    {
        var path = "/" + endpoint.RoutePattern.RawText!.Trim('/');
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"];
        return methods.Select(m => $"{m} {path}");
    }
}
