using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Identity;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;

namespace ModularRace.Host.Features.SigningIn;

/// <summary>Opens a session for a person whose password was right.</summary>
/// <param name="PersonId">The person.</param>
/// <param name="Stamp">The person's security stamp, read with the password that was right.</param>
/// <param name="Kind"><see cref="Session.Api"/>, which comes with tokens, or <see cref="Session.Pages"/>.</param>
/// <param name="Address">Where from.</param>
internal sealed record OpenSession(Guid PersonId, string Stamp, string Kind, string Address) : ICommand<OpenedSession>;

/// <param name="SessionId">The session.</param>
/// <param name="Tokens">For the API; null for pages.</param>
internal sealed record OpenedSession(Guid SessionId, BearerTokens? Tokens);

/// <summary>What a program signs its requests with. <paramref name="ExpiresIn"/> in seconds.</summary>
internal sealed record BearerTokens(string AccessToken, string TokenType, int ExpiresIn, string RefreshToken)
{
    public static readonly TimeSpan AccessLife = TimeSpan.FromHours(2), RefreshLife = TimeSpan.FromDays(30);

    /// <summary>Makes a pair of a session's tokens; their digests are to be saved by the caller.</summary>
    public static BearerTokens Make(Guid sessionId, IdentityDbContext db, DateTimeOffset now)
    {
        var (access, refresh) = (Secrets.New(Secrets.AccessToken), Secrets.New(Secrets.RefreshToken));
        db.Tokens.Add(new SessionToken { SessionId = sessionId, Kind = SessionToken.Access, Digest = Secrets.Digest(access), ExpiresAt = now + AccessLife });
        db.Tokens.Add(new SessionToken { SessionId = sessionId, Kind = SessionToken.Refresh, Digest = Secrets.Digest(refresh), ExpiresAt = now + RefreshLife });
        return new BearerTokens(access, "Bearer", (int)AccessLife.TotalSeconds, refresh);
    }
}

internal sealed class OpenSessionHandler(IdentityDbContext db, AuditTrail audit, TimeProvider time) : IRequestHandler<OpenSession, OpenedSession>
{
    public async Task<OpenedSession> Handle(OpenSession request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var session = new Session { Id = Uuids.New(time), PersonId = request.PersonId, Kind = request.Kind, Address = request.Address, Stamp = request.Stamp, CreatedAt = now, LastSeenAt = now };
        db.Sessions.Add(session);
        var tokens = request.Kind == Session.Api ? BearerTokens.Make(session.Id, db, now) : null;
        await db.SaveChangesAsync(cancellationToken);
        var person = await db.People.AsNoTracking().SingleAsync(p => p.Id == request.PersonId, cancellationToken);
        await audit.NoteAsync(AuditActions.SignedIn, About.Of(person), request.Kind == Session.Api ? "by a program" : null, cancellationToken, by: person);
        return new OpenedSession(session.Id, tokens);
    }
}
