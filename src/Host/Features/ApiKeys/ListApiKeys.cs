using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.ApiKeys;

/// <summary>The keys, the latest first, without their secrets; revoked ones too.</summary>
internal sealed record ListApiKeys(PageRequest Page) : IQuery<Page<ApiKeyLine>>;

/// <param name="CompetitionUuids">Null: all.</param>
/// <param name="ExpiresAt">Null: never.</param>
/// <param name="LastUsedAt">When it last opened something, to five minutes; null: never.</param>
internal sealed record ApiKeyLine(
    Guid ClientUuid, string Name, string Role, IReadOnlyList<Guid>? CompetitionUuids, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt);

internal sealed class ListApiKeysHandler(IdentityDbContext db, ICurrentActor current) : IRequestHandler<ListApiKeys, Page<ApiKeyLine>>
{
    public async Task<Page<ApiKeyLine>> Handle(ListApiKeys request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        var before = request.Page.AfterNumber ?? long.MaxValue;
        var rows = await db.ApiKeys.Where(k => k.Id < before).OrderByDescending(k => k.Id).Take(request.Page.Take + 1)
            .Select(k => new { k.Id, Line = new ApiKeyLine(k.ClientUuid, k.Name, k.Role, k.CompetitionUuids, k.CreatedAt, k.CreatedBy, k.ExpiresAt, k.RevokedAt, k.LastUsedAt) })
            .ToListAsync(cancellationToken);
        var page = Page<ApiKeyLine>.Of([.. rows.Select(r => r.Line)], request.Page.Take, _ => rows[request.Page.Take - 1].Id.ToString(CultureInfo.InvariantCulture));
        return page;
    }
}
