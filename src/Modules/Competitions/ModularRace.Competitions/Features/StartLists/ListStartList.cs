using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.StartLists;

/// <summary>The start list of a race by bib, without tombstones.</summary>
internal sealed record ListStartList(Guid RaceUuid, PageRequest Page) : IQuery<Page<BibView>>;

internal sealed class ListStartListHandler(CompetitionsDbContext db, ReferenceAccess access) : IRequestHandler<ListStartList, Page<BibView>>
{
    public async Task<Page<BibView>> Handle(ListStartList request, CancellationToken cancellationToken)
    {
        var race = await db.Races.StandingAsync(request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        access.MustSee(race.CompetitionUuid);
        var after = request.Page.AfterNumber ?? 0;
        var take = request.Page.Take;
        var rows = (await db.BibAssignments.AsNoTracking()
                .Where(b => b.RaceUuid == race.ClientUuid && !b.Deleted && b.BibNumber > after)
                .OrderBy(b => b.BibNumber).ToListAsync(cancellationToken))
            .OnePerBib().Take(take + 1).ToList();
        var page = Page<BibAssignment>.Of(rows, take, b => b.BibNumber.ToString(CultureInfo.InvariantCulture));
        var athletes = await db.Athletes.WearingAsync(page.Items, cancellationToken);
        return new Page<BibView>([.. page.Items.Select(b => BibView.Of(b, athletes))], page.NextCursor);
    }
}
