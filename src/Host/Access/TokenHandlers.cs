using System.Text.Encodings.Web;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using ModularRace.Host.Identity;
using ModularRace.Sync.Contracts;

namespace ModularRace.Host.Access;

/// <summary>Why a request that carries credentials is nobody's: the <c>code</c> of its 401.</summary>
internal sealed record AuthenticationFault(string Code, string Title)
{
    public static readonly AuthenticationFault None = new("unauthenticated", "Sign in first.");

    public static readonly AuthenticationFault BadToken = new("unauthenticated", "This token or key is unknown, has ended or has expired.");

    public static readonly AuthenticationFault DeviceUnknown = new("device_unknown", "This token does not belong to this device.");

    public static readonly AuthenticationFault DeviceRevoked = new("device_revoked", "This device has been revoked.");

    public static AuthenticationFault Of(HttpContext context) => context.Features.Get<AuthenticationFault>() ?? None;
}

internal static class BearerHeader
{
    private const string Prefix = "Bearer ";

    public static string? Token(HttpRequest request) => request.Headers.Authorization.ToString() is { } header && header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
        ? header[Prefix.Length..].Trim()
        : null;
}

/// <summary>People's access tokens and integrations' keys.</summary>
internal sealed class BearerHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, SessionReader sessions)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (BearerHeader.Token(Request) is not { Length: > 0 and < 500 } token) return AuthenticateResult.NoResult();
        if (await sessions.ByTokenAsync(token, Context.RequestAborted) is { } user) return AuthenticateResult.Success(new AuthenticationTicket(user, Scheme.Name));
        Context.Features.Set(AuthenticationFault.BadToken);
        return AuthenticateResult.Fail(AuthenticationFault.BadToken.Title);
    }
}

/// <summary>Devices: who they are is Sync's to say; a Pi has no devices of its own and takes none.</summary>
internal sealed class DeviceHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IMediator mediator, IServiceProvider services)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string UuidHeader = "X-Device-UUID";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (BearerHeader.Token(Request) is not { Length: > 0 and < 500 } token) return AuthenticateResult.NoResult();
        if (!Guid.TryParseExact(Request.Headers[UuidHeader].ToString(), "D", out var uuid) || services.GetService<IRequestHandler<AuthenticateDevice, DeviceIdentity?>>() is null)
            return Refuse(AuthenticationFault.DeviceUnknown);
        var device = await mediator.Send(new AuthenticateDevice(uuid, Secrets.Digest(token)), Context.RequestAborted);
        if (device is null) return Refuse(AuthenticationFault.DeviceUnknown);
        return device.Revoked
            ? Refuse(AuthenticationFault.DeviceRevoked)
            : AuthenticateResult.Success(new AuthenticationTicket(Principals.OfDevice(device.DeviceUuid, device.Name), Scheme.Name));
    }

    private AuthenticateResult Refuse(AuthenticationFault fault)
    {
        Context.Features.Set(fault);
        return AuthenticateResult.Fail(fault.Title);
    }
}
