using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Erasing;

/// <summary>Who erased what in a competition, the latest first.</summary>
internal sealed record ListErasures(Guid CompetitionUuid, PageRequest Page) : IQuery<Page<KeptErasure>>;

internal sealed class ListErasuresHandler(CompetitionsDbContext db, ReferenceAccess access) : IRequestHandler<ListErasures, Page<KeptErasure>>
{
    public async Task<Page<KeptErasure>> Handle(ListErasures request, CancellationToken cancellationToken)
    {
        access.MustEdit(request.CompetitionUuid);
        if (!await db.Competitions.AnyAsync(c => c.ClientUuid == request.CompetitionUuid, cancellationToken)) throw Problem.NotFound("competition");
        var before = request.Page.AfterNumber ?? long.MaxValue;
        var rows = await db.Erasures.AsNoTracking().Where(e => e.CompetitionUuid == request.CompetitionUuid && e.Id < before)
            .OrderByDescending(e => e.Id).Take(request.Page.Take + 1).ToListAsync(cancellationToken);
        var page = Page<Erasure>.Of(rows, request.Page.Take, e => e.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new Page<KeptErasure>([.. page.Items.Select(KeptErasure.Of)], page.NextCursor);
    }
}
