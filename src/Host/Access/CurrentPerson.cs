namespace ModularRace.Host.Access;

/// <summary>The person who sent the request, where it was one: what concerns oneself is asked of this.</summary>
internal sealed class CurrentPerson(IHttpContextAccessor http)
{
    /// <summary>Null: a key, a device, or nobody.</summary>
    public Guid? Uuid => http.HttpContext?.User.PersonUuid();

    public Guid? SessionId => http.HttpContext?.User.SessionId();
}
