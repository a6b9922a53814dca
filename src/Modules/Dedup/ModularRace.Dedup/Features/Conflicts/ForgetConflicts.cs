using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Persistence;

namespace ModularRace.Dedup.Features.Conflicts;

internal sealed class ForgetConflictsHandler(DedupDbContext db, IMediator mediator) : IRequestHandler<ForgetConflicts, IReadOnlyCollection<Guid>>
{
    public async Task<IReadOnlyCollection<Guid>> Handle(ForgetConflicts request, CancellationToken cancellationToken)
    {
        Guid[] uuids = [.. request.Uuids];
        var lost = await db.Conflicts
            .Where(c => uuids.Contains(c.ClientUuid) && (c.CompetitionUuid == null || c.CompetitionUuid == request.CompetitionUuid)).ToListAsync(cancellationToken);
        db.Conflicts.RemoveRange(lost);
        await db.SaveChangesAsync(cancellationToken);
        Guid[] records = [.. lost.Select(c => c.RecordUuid).Concat(lost.Select(c => c.OtherRecordUuid).OfType<Guid>()).Distinct()];
        await mediator.Send(new RegroupRecords(records), cancellationToken);
        return records;
    }
}
