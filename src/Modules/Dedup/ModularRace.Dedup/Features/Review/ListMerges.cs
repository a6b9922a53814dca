using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup.Features.Review;

/// <summary>The merge log of a competition, latest first: who joined whom and why, what was ended too.</summary>
internal sealed record ListMerges(Guid CompetitionUuid, PageRequest Page) : IQuery<Page<MergeView>>;

/// <summary>An entry of the merge log as the contract answers it.</summary>
/// <param name="By"><c>rule</c>, or who put them together.</param>
/// <param name="Times">The corrected times of the two observations that lie nearest.</param>
internal sealed record MergeView(
    Guid ClientUuid, IReadOnlyList<Guid> IncidentUuids, Guid IntoUuid, string By, string Reason, decimal? SecondsApart, IReadOnlyList<DateTimeOffset> Times,
    IReadOnlyList<Guid> Reports, DateTimeOffset MadeAt, DateTimeOffset? UndoneAt, Guid RaceUuid)
{
    public static async Task<IReadOnlyList<MergeView>> OfAsync(DedupDbContext db, IReadOnlyList<MergeRow> merges, CancellationToken cancellationToken)
    {
        var incidents = merges.SelectMany(m => new[] { m.LowerUuid, m.HigherUuid }).Distinct().ToArray();
        var reports = (await db.Observations.AsNoTracking().Where(o => incidents.Contains(o.IncidentUuid) && o.ReportUuid != null)
            .OrderBy(o => o.OccurredAt).Select(o => new { o.IncidentUuid, ReportUuid = o.ReportUuid!.Value }).ToListAsync(cancellationToken)).ToLookup(o => o.IncidentUuid, o => o.ReportUuid);
        return [.. merges.Select(m => new MergeView(
            m.ClientUuid, [m.LowerUuid, m.HigherUuid], m.IntoUuid, m.By, m.Reason, m.SecondsApart, m.Times,
            [.. reports[m.LowerUuid], .. reports[m.HigherUuid]], m.MadeAt, m.UndoneAt, m.RaceUuid))];
    }
}

internal sealed class ListMergesHandler(DedupDbContext db, IMediator mediator, ICurrentActor current) : IRequestHandler<ListMerges, Page<MergeView>>
{
    public async Task<Page<MergeView>> Handle(ListMerges request, CancellationToken cancellationToken)
    {
        current.Actor.Require(request.CompetitionUuid, Roles.JuryPresident, Roles.VarOperator);
        var competitions = (await mediator.FamilyAsync(request.CompetitionUuid, cancellationToken))!;
        var merges = db.Merges.AsNoTracking().Where(m => competitions.Contains(m.CompetitionUuid));
        if (request.Page.AfterNumber is { } after) merges = merges.Where(m => m.Id < after);

        var rows = await merges.OrderByDescending(m => m.Id).Take(request.Page.Take + 1).ToListAsync(cancellationToken);
        var page = Page<MergeRow>.Of(rows, request.Page.Take, m => m.Id.ToString(CultureInfo.InvariantCulture));
        return new Page<MergeView>(await MergeView.OfAsync(db, page.Items, cancellationToken), page.NextCursor);
    }
}
