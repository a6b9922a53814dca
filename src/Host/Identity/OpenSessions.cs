namespace ModularRace.Host.Identity;

internal static class OpenSessions
{
    /// <summary>A race day: so long a page's cookie lasts after it was last used.</summary>
    public static readonly TimeSpan OfPages = TimeSpan.FromHours(18);

    /// <summary>Those that still open something: neither ended nor lapsed.</summary>
    public static IQueryable<Session> StillOpen(this IdentityDbContext db, DateTimeOffset now) => db.Sessions.Where(s =>
        s.EndedAt == null && db.People.Any(p => p.Id == s.PersonId && p.DisabledAt == null && p.SecurityStamp == s.Stamp)
        && (s.Kind == Session.Pages ? s.LastSeenAt > now - OfPages : db.Tokens.Any(t => t.SessionId == s.Id && t.UsedAt == null && t.ExpiresAt > now)));
}
