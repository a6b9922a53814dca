using ModularRace.Shared.Access;

namespace ModularRace.Host.Access;

/// <summary>Who acts in this scope: whoever sent the request, or, outside of requests, the software itself.</summary>
internal sealed class CurrentActor(IHttpContextAccessor http, ISystemIdentity system) : ICurrentActor
{
    public Actor Actor => http.HttpContext is { } context ? context.User.ToActor() : Actor.System;

    public string System => system.Name;
}
