using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Features.Groupings;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;

namespace ModularRace.Dedup.Features.Review;

/// <summary>R5: a merge is undone by saying apart for every pair across the two sides that it joined. Again: unchanged.</summary>
internal sealed record UndoMerge(Guid MergeUuid) : ICommand<MergeView>;

internal sealed class UndoMergeHandler(DedupDbContext db, PeoplesWord word, ICurrentActor current, ISystemIdentity system) : IRequestHandler<UndoMerge, MergeView>
{
    public async Task<MergeView> Handle(UndoMerge request, CancellationToken cancellationToken)
    {
        var asked = await db.Merges.AsNoTracking().SingleOrDefaultAsync(m => m.ClientUuid == request.MergeUuid, cancellationToken) ?? throw Problem.NotFound("merge");
        current.RequireGrouping(system, asked.CompetitionUuid);
        var ends = await word.LockAsync([asked.LowerUuid, asked.HigherUuid], cancellationToken);

        // Two undos at once: the second waits for the lock, and finds it undone.
        var merge = await db.Merges.AsNoTracking().SingleAsync(m => m.ClientUuid == request.MergeUuid, cancellationToken);
        if (merge.UndoneAt is null)
        {
            var group = await word.GroupOfAsync(ends[0], cancellationToken);
            var left = await SideAsync(merge, group, cancellationToken);
            var right = group.Where(m => !left.Contains(m)).ToList();
            if (await word.SayApartAsync(left, right, note: null, cancellationToken))
            {
                await word.NoteAsync(GroupingContent.Apart, [merge.LowerUuid], merge.HigherUuid, note: null, cancellationToken);
                await word.NoteAsync(GroupingContent.Apart, [merge.HigherUuid], merge.LowerUuid, note: null, cancellationToken);
                await word.TellAsync(cancellationToken);
            }

            merge = await db.Merges.AsNoTracking().SingleAsync(m => m.ClientUuid == request.MergeUuid, cancellationToken);
        }

        return (await MergeView.OfAsync(db, [merge], cancellationToken))[0];
    }

    /// <summary>
    /// The side of the lower: whom the group's other merges still join to it. Each merge united two groups, so that without
    /// this one they fall into exactly two, in the middle of a chain too.
    /// </summary>
    private async Task<List<GroupMember>> SideAsync(MergeRow merge, List<GroupMember> group, CancellationToken cancellationToken)
    {
        var uuids = group.Select(m => m.IncidentUuid).ToArray();
        var others = await db.Merges.AsNoTracking()
            .Where(m => m.UndoneAt == null && m.Id != merge.Id && uuids.Contains(m.LowerUuid) && uuids.Contains(m.HigherUuid)).ToListAsync(cancellationToken);
        var links = others.SelectMany(m => new[] { (From: m.LowerUuid, To: m.HigherUuid), (From: m.HigherUuid, To: m.LowerUuid) }).ToLookup(l => l.From, l => l.To);
        var side = new HashSet<Guid>();
        var next = new Stack<Guid>([merge.LowerUuid]);
        while (next.TryPop(out var incident))
            if (side.Add(incident))
                foreach (var linked in links[incident]) next.Push(linked);
        return group.Where(m => side.Contains(m.IncidentUuid)).ToList();
    }
}
