using System.Security.Claims;
using ModularRace.Shared.Access;

namespace ModularRace.Host.Access;

/// <summary>The ways in, by their names as authentication schemes.</summary>
internal static class Schemes
{
    /// <summary>Chooses one of the others by what the request carries.</summary>
    public const string Any = "any";

    /// <summary>A person or an integration, by <c>Authorization: Bearer</c>.</summary>
    public const string Bearer = "bearer";

    /// <summary>A device, by <c>Authorization: Bearer</c> and <c>X-Device-UUID</c>.</summary>
    public const string Device = "device";

    /// <summary>A person at a page.</summary>
    public const string Cookie = "cookie";
}

/// <summary>Who calls, as claims; and back from claims to an <see cref="Actor"/>.</summary>
internal static class Principals
{
    private const string Kind = "kind", Grant = "grant", Session = "sid", DeviceUuid = "device";
    private const string PersonKind = "person", KeyKind = "key", DeviceKind = "device", PiKind = "pi", PhoneKind = "phone";

    /// <summary>Name of the one pre-configured person of a Pi.</summary>
    public const string PiRefereeName = "Pi referee";

    public static ClaimsPrincipal OfSession(string scheme, Guid sessionId, Guid personId, string name, IEnumerable<RoleGrant> grants) =>
        Make(scheme, PersonKind, personId.ToString(), name, grants, new Claim(Session, sessionId.ToString()));

    public static ClaimsPrincipal OfKey(Guid keyUuid, string name, IEnumerable<RoleGrant> grants) => Make(Schemes.Bearer, KeyKind, keyUuid.ToString(), name, grants);

    public static ClaimsPrincipal OfDevice(Guid uuid, string name) => Make(Schemes.Device, DeviceKind, uuid.ToString(), name, [], new Claim(DeviceUuid, uuid.ToString()));

    public static ClaimsPrincipal PiReferee() => Make(Schemes.Cookie, PiKind, "pi-referee", PiRefereeName, [new RoleGrant(Roles.Referee, null)]);

    /// <summary>A referee's own phone: it reports as the Pi's referee does, under its person's name.</summary>
    public static ClaimsPrincipal OfPhone(Guid uuid, string name) => Make(Schemes.Cookie, PhoneKind, uuid.ToString(), name, [new RoleGrant(Roles.Referee, null)]);

    public static bool IsDevice(this ClaimsPrincipal user) => user.HasClaim(Kind, DeviceKind);

    public static bool IsPiReferee(this ClaimsPrincipal user) => user.HasClaim(Kind, PiKind);

    public static bool IsPhone(this ClaimsPrincipal user) => user.HasClaim(Kind, PhoneKind);

    public static Guid? PhoneUuid(this ClaimsPrincipal user) => user.IsPhone() && Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var uuid) ? uuid : null;

    /// <summary>What kind of caller it is, as the audit trail has it, and which.</summary>
    public static (string Kind, Guid? Uuid) Who(this ClaimsPrincipal user)
    {
        if (user.Identity?.IsAuthenticated != true) return ("nobody", null);
        var kind = user.FindFirstValue(Kind) switch { PersonKind => "person", KeyKind => "api_key", DeviceKind => "device", _ => "system" };
        return (kind, Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var uuid) ? uuid : null);
    }

    /// <summary>Which person calls; null: no person does.</summary>
    public static Guid? PersonUuid(this ClaimsPrincipal user) => user.HasClaim(Kind, PersonKind) && Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var uuid) ? uuid : null;

    /// <summary>Which API key calls; null: none does.</summary>
    public static Guid? KeyUuid(this ClaimsPrincipal user) => user.HasClaim(Kind, KeyKind) && Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var uuid) ? uuid : null;

    /// <summary>Whether somebody calls who is no device.</summary>
    public static bool IsSignedIn(this ClaimsPrincipal user) => user.Identity?.IsAuthenticated == true && !user.IsDevice();

    public static bool IsByCookie(this ClaimsPrincipal user) => string.Equals(user.Identity?.AuthenticationType, Schemes.Cookie, StringComparison.Ordinal);

    public static Guid? SessionId(this ClaimsPrincipal user) => Guid.TryParse(user.FindFirstValue(Session), out var id) ? id : null;

    /// <summary>Whether one of the roles, or admin, is held on any competition at all; on which, the handler asks.</summary>
    public static bool HoldsAny(this ClaimsPrincipal user, params ReadOnlySpan<string> roles)
    {
        foreach (var grant in user.FindAll(Grant))
        {
            var role = ReadGrant(grant.Value).Role;
            if (role == Roles.Admin || roles.Contains(role)) return true;
        }

        return false;
    }

    public static Actor ToActor(this ClaimsPrincipal user) => user.Identity?.IsAuthenticated == true
        ? new Actor(user.Identity.Name ?? string.Empty, [.. user.FindAll(Grant).Select(c => ReadGrant(c.Value))], Guid.TryParse(user.FindFirstValue(DeviceUuid), out var device) ? device : null)
        : Actor.Nobody;

    private static ClaimsPrincipal Make(string scheme, string kind, string id, string name, IEnumerable<RoleGrant> grants, params Claim[] more) => new(
        new ClaimsIdentity(
            [
                new Claim(ClaimTypes.NameIdentifier, id), new Claim(ClaimTypes.Name, name), new Claim(Kind, kind), .. more,
                .. grants.Select(g => new Claim(Grant, g.CompetitionUuid is { } uuid ? $"{g.Role}@{uuid}" : g.Role)),
            ], scheme));

    private static RoleGrant ReadGrant(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? new RoleGrant(text, null) : new RoleGrant(text[..at], Guid.Parse(text.AsSpan(at + 1)));
    }
}
