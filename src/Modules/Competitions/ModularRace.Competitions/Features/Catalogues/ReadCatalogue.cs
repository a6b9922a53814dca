using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Catalogues;

/// <summary>A catalogue by position, without tombstones. <paramref name="Page"/> null: whole.</summary>
internal sealed record ReadCatalogue(Guid CompetitionUuid, CatalogueKind Kind, PageRequest? Page) : IQuery<Page<CatalogueEntryView>>;

internal sealed class ReadCatalogueHandler(CompetitionsDbContext db, ReferenceAccess access) : IRequestHandler<ReadCatalogue, Page<CatalogueEntryView>>
{
    public async Task<Page<CatalogueEntryView>> Handle(ReadCatalogue request, CancellationToken cancellationToken)
    {
        access.MustSee(request.CompetitionUuid);
        if (!await db.Competitions.AnyAsync(c => c.ClientUuid == request.CompetitionUuid, cancellationToken)) throw Problem.NotFound("competition");
        var entries = await CatalogueSets.Of(db, request.Kind).AsNoTracking().Where(e => e.CompetitionUuid == request.CompetitionUuid && !e.Deleted).ToListAsync(cancellationToken);
        return request.Page is { } page
            ? SortedPage.Of(entries, page, CatalogueSets.Key, CatalogueEntryView.Of)
            : new Page<CatalogueEntryView>([.. entries.OrderBy(CatalogueSets.Key, StringComparer.Ordinal).Select(CatalogueEntryView.Of)], null);
    }
}
