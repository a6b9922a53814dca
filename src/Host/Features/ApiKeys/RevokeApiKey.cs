using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;

namespace ModularRace.Host.Features.ApiKeys;

/// <summary>Ends a key at once. Again: unchanged.</summary>
internal sealed record RevokeApiKey(Guid ClientUuid) : ICommand<ApiKeyLine>;

internal sealed class RevokeApiKeyHandler(IdentityDbContext db, ICurrentActor current, AuditTrail audit, TimeProvider time) : IRequestHandler<RevokeApiKey, ApiKeyLine>
{
    public async Task<ApiKeyLine> Handle(RevokeApiKey request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        var key = await db.ApiKeys.SingleOrDefaultAsync(k => k.ClientUuid == request.ClientUuid, cancellationToken) ?? throw Problem.NotFound("API key");
        if (key.RevokedAt is null) await audit.NoteAsync(AuditActions.KeyRevoked, About.Of(key), detail: null, cancellationToken);
        key.RevokedAt ??= Instants.ToMilliseconds(time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        return new ApiKeyLine(key.ClientUuid, key.Name, key.Role, key.CompetitionUuids, key.CreatedAt, key.CreatedBy, key.ExpiresAt, key.RevokedAt, key.LastUsedAt);
    }
}
