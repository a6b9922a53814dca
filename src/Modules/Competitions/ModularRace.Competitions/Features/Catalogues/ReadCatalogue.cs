using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Catalogues;

/// <summary>A catalogue by position, without tombstones. <paramref name="Page"/> null: whole.</summary>
internal sealed record ReadCatalogue(Guid CompetitionUuid, CatalogueKind Kind, PageRequest? Page = null) : IQuery<CatalogueRead>;

/// <param name="Tag">Of the whole catalogue, for <c>If-Match</c>.</param>
internal sealed record CatalogueRead(Page<CatalogueEntryView> Page, string Tag)
{
    public IReadOnlyList<CatalogueEntryView> Items => Page.Items;
}

internal sealed class ReadCatalogueHandler(CompetitionsDbContext db, ReferenceAccess access) : IRequestHandler<ReadCatalogue, CatalogueRead>
{
    public async Task<CatalogueRead> Handle(ReadCatalogue request, CancellationToken cancellationToken)
    {
        var competition = await db.Competitions.StandingAsync(request.CompetitionUuid, cancellationToken);
        access.MustSee(competition?.ClientUuid ?? request.CompetitionUuid);
        if (competition is null) throw Problem.NotFound("competition");
        var all = await CatalogueSets.Of(db, request.Kind).AsNoTracking().Where(e => e.CompetitionUuid == competition.ClientUuid && !e.Deleted).ToListAsync(cancellationToken);
        var shown = CatalogueSets.Shown(all);
        return new CatalogueRead(
            request.Page is { } page
                ? SortedPage.Of(shown, page, CatalogueSets.Key, CatalogueEntryView.Of)
                : new Page<CatalogueEntryView>([.. shown.Select(CatalogueEntryView.Of)], null),
            CatalogueSets.Tag(all));
    }
}
