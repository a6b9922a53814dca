using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
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

/// <summary>R15: every endpoint and page of the running host, tried by those who may not. What is open to all stands in a list here.</summary>
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
    public async Task Nobody_gets_nothing()
    {
        var wrong = new List<string>();
        foreach (var (name, method, path, type) in Guarded())
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (method is "POST" or "PUT" or "PATCH") request.Content = new StringContent("{}", Encoding.UTF8, type);

            // On a Pi pages from this very machine are the referee's; from the network they are nobody's.
            request.Headers.Host = "pi.example.org";
            using var answer = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
            var toSignIn = answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.OriginalString.StartsWith("/sign-in", StringComparison.Ordinal);
            if (answer.StatusCode != HttpStatusCode.Unauthorized && !toSignIn) wrong.Add($"{name}: {(int)answer.StatusCode}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_viewer_key_reads_and_writes_nothing()
    {
        var key = await ViewerKeyAsync();
        var wrong = new List<string>();
        foreach (var (name, method, path, type) in Guarded())
        {
            if (method is "GET" or "HEAD" || name is "POST /api/v1/auth/logout") continue;
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (method is "POST" or "PUT" or "PATCH") request.Content = new StringContent("{}", Encoding.UTF8, type);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var answer = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);

            // A page's form is refused for its missing antiforgery token before anything else.
            if (answer.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed)
                || (answer.StatusCode == HttpStatusCode.BadRequest && path.StartsWith("/api", StringComparison.Ordinal)))
                wrong.Add($"{name}: {(int)answer.StatusCode}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_token_that_is_nobodys_gets_nothing()
    {
        var wrong = new List<string>();
        foreach (var (name, method, path, type) in Guarded().Where(e => e.Path.StartsWith("/api", StringComparison.Ordinal)))
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (method is "POST" or "PUT" or "PATCH") request.Content = new StringContent("{}", Encoding.UTF8, type);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "mra_nobody");
            request.Headers.Add("X-Device-UUID", "0197f2a0-0000-7000-8000-000000000001");
            using var answer = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
            if (answer.StatusCode != HttpStatusCode.Unauthorized) wrong.Add($"{name}: {(int)answer.StatusCode}");
        }

        Assert.Empty(wrong);
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

    /// <summary>All that is not open, each with an address that it takes.</summary>
    private IEnumerable<(string Name, string Method, string Path, string Type)> Guarded() =>
        from endpoint in host.Endpoints
        from name in Names(endpoint)
        where !OpenToAll.Contains(name)
        let parts = name.Split(' ', 2)
        let method = parts[0] == "*" ? "GET" : parts[0]
        let path = string.Join('/', endpoint.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(Fill))))
        select (name, method, "/" + path, endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes[0] ?? "application/json");

    private static string Fill(Microsoft.AspNetCore.Routing.Patterns.RoutePatternPart part) => part switch
    {
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter when parameter.ParameterPolicies.Any(p => p.Content == "int") => "1",
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart { Name: "documentName" } => "v1",
        _ => "0197f2a0-0000-7000-8000-000000000001",
    };

    private async Task<string> ViewerKeyAsync()
    {
        using var login = await host.Client.PostAsJsonAsync("api/v1/auth/login", new { email = InProcessHost.AdminEmail, password = InProcessHost.AdminPassword });
        var token = (await login.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString();
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/api-keys") { Content = JsonContent.Create(new { name = "Scoreboard", role = "viewer" }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await host.Client.SendAsync(request);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
    }
}
