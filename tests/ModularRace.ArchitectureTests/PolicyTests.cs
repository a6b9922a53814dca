using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using ModularRace.Shared.Access;

namespace ModularRace.ArchitectureTests;

public sealed class CloudPolicyTests(InProcessCloud host) : PolicyTests(host), IClassFixture<InProcessCloud>;

public sealed class PiPolicyTests(InProcessPi host) : PolicyTests(host), IClassFixture<InProcessPi>;

/// <summary>R15: every endpoint and page names who may use it.</summary>
public abstract class PolicyTests(InProcessHost host)
{
    // "Anonymous" in protocol.md, the pages for signing in, and files.
    private static readonly string[] Anonymous =
    [
        "/api/v1/sync/health", "/api/v1/health/live", "/api/v1/health/ready", "/health/live", "/health/ready",
        "/api/v1/devices/pair", "/api/v1/auth/login", "/api/v1/auth/refresh",
        "/sign-in", "/sign-out", "/error", "/join", "/choose-password",
        "/scalar/scalar.js", "/scalar/scalar.aspnetcore.js", "/scalar/favicon.svg",
    ];

    [Fact]
    public void Every_endpoint_and_page_names_its_policy()
    {
        Assert.NotEmpty(host.Endpoints);
        Violations.None(Rules.Policies(host.Endpoints, IsAnonymous));
    }

    [Fact]
    public void A_planted_endpoint_without_a_policy_is_found() =>
        Assert.Equal(
            ["/planted names no policy", "/planted-role names no policy", "/planted-open is open to anybody"],
            Rules.Policies(
                [
                    Endpoint("/planted"),
                    Endpoint("/planted-role", new AuthorizeAttribute()),
                    Endpoint("/planted-open", new AllowAnonymousAttribute()),
                    Endpoint("/fine", new AuthorizeAttribute(Policies.Jury)),
                    Endpoint("/api/v1/auth/login", new AllowAnonymousAttribute()),
                ],
                IsAnonymous));

    private static bool IsAnonymous(string pattern) => Anonymous.Contains(pattern, StringComparer.Ordinal);

    private static RouteEndpoint Endpoint(string pattern, params object[] metadata) =>
        new(_ => Task.CompletedTask, RoutePatternFactory.Parse(pattern), 0, new EndpointMetadataCollection(metadata), pattern);
}
