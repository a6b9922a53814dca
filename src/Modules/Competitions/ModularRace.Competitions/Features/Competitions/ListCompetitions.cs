using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Competitions;

/// <summary>The competitions that the caller may see, by first day, latest first.</summary>
internal sealed record ListCompetitions(PageRequest Page) : IQuery<Page<CompetitionView>>;

internal sealed class ListCompetitionsHandler(CompetitionsDbContext db, ReferenceAccess access) : IRequestHandler<ListCompetitions, Page<CompetitionView>>
{
    public async Task<Page<CompetitionView>> Handle(ListCompetitions request, CancellationToken cancellationToken)
    {
        var query = db.Competitions.AsNoTracking();
        if (access.Visible is { } visible)
        {
            var uuids = visible.ToArray();
            query = query.Where(c => uuids.Contains(c.ClientUuid));
        }

        if (request.Page.After is { } after)
        {
            var (date, uuid) = Position(after);
            query = query.Where(c => c.StartDate < date || (c.StartDate == date && c.ClientUuid < uuid));
        }

        var rows = await query.OrderByDescending(c => c.StartDate).ThenByDescending(c => c.ClientUuid).Take(request.Page.Take + 1).ToListAsync(cancellationToken);
        var page = Page<Competition>.Of(rows, request.Page.Take, c => string.Create(CultureInfo.InvariantCulture, $"{c.StartDate:yyyy-MM-dd}/{c.ClientUuid:D}"));
        return new Page<CompetitionView>([.. page.Items.Select(CompetitionView.Of)], page.NextCursor);
    }

    private static (DateOnly Date, Guid Uuid) Position(string after) =>
        after.Split('/') is [var day, var id]
        && DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
        && Guid.TryParseExact(id, "D", out var uuid)
            ? (date, uuid)
            : throw Cursors.Unknown();
}
