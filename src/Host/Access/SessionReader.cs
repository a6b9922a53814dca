using System.Security.Claims;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Time;
using Npgsql;

namespace ModularRace.Host.Access;

/// <summary>Looks up who a token, key or session belongs to, each time: a role taken away or a session ended counts from the next request on.</summary>
internal sealed class SessionReader(IdentityDbContext db, IMediator mediator, TimeProvider time)
{
    private static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(5);

    public async Task<ClaimsPrincipal?> ByTokenAsync(string token, CancellationToken cancellationToken)
    {
        var (digest, now) = (Secrets.Digest(token), time.GetUtcNow());
        if (token.StartsWith(Secrets.ApiKey, StringComparison.Ordinal))
        {
            var key = await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(k => k.Digest == digest && k.RevokedAt == null && (k.ExpiresAt == null || k.ExpiresAt > now), cancellationToken);
            if (key is null) return null;
            await NoteUsedAsync(key, now, cancellationToken);
            return Principals.OfKey(key.ClientUuid, key.Name, await ReachingAsync(key.CompetitionUuids is { } some ? [.. some.Select(c => new RoleGrant(key.Role, c))] : [new RoleGrant(key.Role, null)], cancellationToken));
        }

        var session = await db.Tokens.Where(t => t.Digest == digest && t.Kind == SessionToken.Access && t.ExpiresAt > now).Select(t => (Guid?)t.SessionId).SingleOrDefaultAsync(cancellationToken);
        return session is { } id ? await BySessionAsync(Schemes.Bearer, id, Session.Api, cancellationToken) : null;
    }

    /// <summary>Whether this phone was let in and not removed since.</summary>
    public Task<bool> IsLetInAsync(Guid phone, CancellationToken cancellationToken) => db.Phones.AnyAsync(p => p.ClientUuid == phone && p.RemovedAt == null, cancellationToken);

    /// <summary>Who a caller that was let in some time ago is now, by what holds now; null: nobody any more.</summary>
    public async Task<ClaimsPrincipal?> AgainAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (BearerHeader.Token(context.Request) is { } token) return await ByTokenAsync(token, cancellationToken);
        if (context.User.PhoneUuid() is { } phone) return await IsLetInAsync(phone, cancellationToken) ? context.User : null;
        if (context.User.SessionId() is { } session) return await BySessionAsync(Schemes.Cookie, session, Session.Pages, cancellationToken);
        return context.User.IsPiReferee() ? context.User : null;
    }

    /// <param name="scheme">By which way it came.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="kind">A session of pages opens no API by bearer token, nor the other way round.</param>
    /// <param name="cancellationToken">Of the request.</param>
    public async Task<ClaimsPrincipal?> BySessionAsync(string scheme, Guid sessionId, string kind, CancellationToken cancellationToken)
    {
        var person = await db.Sessions.Where(s => s.Id == sessionId && s.Kind == kind && s.EndedAt == null)
            .Join(db.People, s => s.PersonId, p => p.Id, (s, p) => new { Session = s, Person = p })
            .Where(x => x.Person.DisabledAt == null && x.Person.SecurityStamp == x.Session.Stamp)
            .Select(x => new { x.Person.Id, x.Person.Name, x.Session.LastSeenAt, Grants = x.Person.Roles.Select(r => new RoleGrant(r.Role, r.CompetitionUuid)).ToList() })
            .SingleOrDefaultAsync(cancellationToken);
        if (person is null) return null;
        await NoteSeenAsync(sessionId, person.LastSeenAt, cancellationToken);
        return Principals.OfSession(scheme, sessionId, person.Id, person.Name, await ReachingAsync(person.Grants, cancellationToken));
    }

    /// <summary>Now and then, so that a person sees which of their sessions are alive.</summary>
    private async Task NoteSeenAsync(Guid sessionId, DateTimeOffset last, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now - last < SeenEvery) return;
        try
        {
            await db.Sessions.Where(s => s.Id == sessionId && s.LastSeenAt == last).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastSeenAt, now), cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            // After a failover the database may be read-only for a while: who was seen is no reason to turn anybody away.
        }
    }

    /// <summary>Now and then, so that an admin sees which keys are in use.</summary>
    private async Task NoteUsedAsync(ApiKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (now - key.LastUsedAt < SeenEvery) return;
        try
        {
            await db.ApiKeys.Where(k => k.Id == key.Id && k.LastUsedAt == key.LastUsedAt).ExecuteUpdateAsync(k => k.SetProperty(x => x.LastUsedAt, Instants.ToMilliseconds(now)), cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            // As with people: no reason to turn anybody away.
        }
    }

    /// <summary>A role on a competition reaches those that were merged into it: what came from there is judged by whoever judges here.</summary>
    private async Task<List<RoleGrant>> ReachingAsync(List<RoleGrant> grants, CancellationToken cancellationToken)
    {
        if (grants.TrueForAll(g => g.CompetitionUuid is null)) return grants;
        var merged = (await mediator.Send(new FindMergedCompetitions(), cancellationToken)).ToLookup(m => (Guid?)m.Value, m => m.Key);
        return [.. grants, .. grants.Where(g => g.CompetitionUuid is not null).SelectMany(g => merged[g.CompetitionUuid].Select(c => new RoleGrant(g.Role, c)))];
    }
}
