using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Features.Reading;

/// <summary>How many incidents of a race fit a list's filters, by what is to be done with them; however many a page of the list holds.</summary>
/// <param name="Of">Its filters; its status, decision, limit and cursor do not count.</param>
internal sealed record CountListed(ListIncidents Of) : IQuery<ListedCounts>;

/// <param name="ToOfficialise">Neither official nor decided.</param>
/// <param name="ToDecide">Official, and not decided.</param>
internal sealed record ListedCounts(int All, int ToOfficialise, int ToDecide, int Decided);

internal sealed class CountListedHandler(IncidentsDbContext db, FilteredIncidents filtered) : IRequestHandler<CountListed, ListedCounts>
{
    public async Task<ListedCounts> Handle(CountListed request, CancellationToken cancellationToken)
    {
        var standing = await filtered.OfAsync(request.Of with { Status = null, Decision = null, Decided = false }, cancellationToken);
        var counts = await standing
            .Select(i => new
            {
                Official = db.Incidents.Any(m => m.GroupUuid == i.ClientUuid && m.Status == Statuses.Official),
                Decided = db.Incidents.Any(m => m.GroupUuid == i.ClientUuid && m.Decision != Decisions.Pending),
            })
            .GroupBy(s => s)
            .Select(g => new { g.Key.Official, g.Key.Decided, Count = g.Count() }).ToListAsync(cancellationToken);
        return new ListedCounts(
            counts.Sum(c => c.Count), counts.Where(c => !c.Official && !c.Decided).Sum(c => c.Count), counts.Where(c => c.Official && !c.Decided).Sum(c => c.Count),
            counts.Where(c => c.Decided).Sum(c => c.Count));
    }
}
