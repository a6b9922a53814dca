using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Identity;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Validation;

namespace ModularRace.Host.Features.SigningIn;

/// <summary>Gives new tokens for a refresh token, which ends; null where it is unknown, over or used already. Used twice, the whole family ends: one of the two who showed it has stolen it.</summary>
internal sealed record RefreshSession(string? RefreshToken) : ICommand<BearerTokens?>;

internal sealed class RefreshSessionValidator : AbstractValidator<RefreshSession>
{
    public RefreshSessionValidator() => RuleFor(r => r.RefreshToken).IsRequiredText(500);
}

internal sealed class RefreshSessionHandler(IdentityDbContext db, AuditTrail audit, TimeProvider time) : IRequestHandler<RefreshSession, BearerTokens?>
{
    public async Task<BearerTokens?> Handle(RefreshSession request, CancellationToken cancellationToken)
    {
        var (now, digest) = (time.GetUtcNow(), Secrets.Digest(request.RefreshToken!));
        var sessionId = await db.Tokens.Where(t => t.Digest == digest && t.Kind == SessionToken.Refresh).Select(t => (Guid?)t.SessionId).SingleOrDefaultAsync(cancellationToken);
        if (sessionId is null) return null;

        // One statement takes it: of two who show it at the same time one finds it used.
        var taken = await db.Tokens.Where(t => t.Digest == digest && t.UsedAt == null).ExecuteUpdateAsync(t => t.SetProperty(x => x.UsedAt, now), cancellationToken);
        if (taken == 0)
        {
            var ended = await db.Sessions.Where(s => s.Id == sessionId && s.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), cancellationToken);
            var person = await db.People.AsNoTracking().SingleAsync(p => db.Sessions.Any(s => s.Id == sessionId && s.PersonId == p.Id), cancellationToken);
            if (ended > 0) await audit.NoteAsync(AuditActions.TokenReused, About.Of(person), detail: null, cancellationToken, by: person);
            return null;
        }

        var alive = await db.Sessions.AnyAsync(
            s => s.Id == sessionId && s.EndedAt == null && db.People.Any(p => p.Id == s.PersonId && p.DisabledAt == null && p.SecurityStamp == s.Stamp)
                && db.Tokens.Any(t => t.Digest == digest && t.ExpiresAt > now), cancellationToken);
        if (!alive) return null;

        await db.Tokens.Where(t => t.SessionId == sessionId && t.Kind == SessionToken.Access && t.ExpiresAt < now).ExecuteDeleteAsync(cancellationToken);
        var tokens = BearerTokens.Make(sessionId.Value, db, now);
        await db.SaveChangesAsync(cancellationToken);
        return tokens;
    }
}
