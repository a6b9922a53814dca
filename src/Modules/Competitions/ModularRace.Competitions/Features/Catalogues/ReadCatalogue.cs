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
        var competition = await db.Competitions.StandingAsync(request.CompetitionUuid, cancellationToken);
        access.MustSee(competition?.ClientUuid ?? request.CompetitionUuid);
        if (competition is null) throw Problem.NotFound("competition");
        var all = await CatalogueSets.Of(db, request.Kind).AsNoTracking().Where(e => e.CompetitionUuid == competition.ClientUuid && !e.Deleted).ToListAsync(cancellationToken);
        // What a merged competition brings again is in it once.
        var own = all.Where(e => e.SaidCompetitionUuid is null).ToList();
        var lines = own.Select(Line).ToHashSet();
        List<CatalogueEntry> entries = [.. own, .. all.Where(e => e.SaidCompetitionUuid is not null && lines.Add(Line(e)))];
        return request.Page is { } page
            ? SortedPage.Of(entries, page, CatalogueSets.Key, CatalogueEntryView.Of)
            : new Page<CatalogueEntryView>([.. entries.OrderBy(CatalogueSets.Key, StringComparer.Ordinal).Select(CatalogueEntryView.Of)], null);
    }

    private static (string, string?, string?) Line(CatalogueEntry entry) => (entry.Word, entry.Discipline, entry.Language);
}
