using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup.Features.Review;

/// <summary>The conflicts of a list on the desk: those that wait oldest first, those that were resolved latest first.</summary>
internal sealed record FindConflictLines(bool Resolved, Guid? CompetitionUuid, string? ConflictType, PageRequest Page) : IQuery<Page<ConflictLine>>;

/// <param name="Sides">The devices that it is between, or the cloud and a device.</param>
/// <param name="Shown">Which versions it holds: what is resolved from the list is what was there when the list was shown.</param>
internal sealed record ConflictLine(
    Guid ClientUuid, Guid? CompetitionUuid, string ConflictType, string Sides, DateTimeOffset CreatedAt, string? Resolution, DateTimeOffset? ResolvedAt,
    string Shown, ConflictStory Story);

internal sealed class FindConflictLinesHandler(DedupDbContext db, IMediator mediator, ICurrentActor current) : IRequestHandler<FindConflictLines, Page<ConflictLine>>
{
    public async Task<Page<ConflictLine>> Handle(FindConflictLines request, CancellationToken cancellationToken)
    {
        var conflicts = db.Conflicts.AsNoTracking().ForJury(current.Actor).Fitting(request.Resolved ? "resolved" : "pending", await mediator.FamilyAsync(request.CompetitionUuid, cancellationToken), request.ConflictType);
        if (request.Page.AfterNumber is { } after) conflicts = request.Resolved ? conflicts.Where(c => c.Id < after) : conflicts.Where(c => c.Id > after);

        conflicts = request.Resolved ? conflicts.OrderByDescending(c => c.Id) : conflicts.OrderBy(c => c.Id);
        var rows = await conflicts.Take(request.Page.Take + 1).ToListAsync(cancellationToken);
        var page = Page<ConflictRow>.Of(rows, request.Page.Take, c => c.Id.ToString(CultureInfo.InvariantCulture));
        var stories = await ConflictStories.ReadAsync(db, mediator, page.Items, cancellationToken);
        return new Page<ConflictLine>(
            [.. page.Items.Select(c => new ConflictLine(
                c.ClientUuid, c.CompetitionUuid, c.ConflictType, string.Join(", ", stories.SidesOf(c).Select(s => s.Name).Distinct(StringComparer.Ordinal)), c.CreatedAt, c.Resolution, c.ResolvedAt,
                c.Shown, stories.Of(c)))],
            page.NextCursor);
    }
}
