using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Features.Groupings;

internal sealed class ReadGroupingRecordsHandler(DedupDbContext db) : IRequestHandler<ReadGroupingRecords, IReadOnlyList<RecordVersion>>
{
    public async Task<IReadOnlyList<RecordVersion>> Handle(ReadGroupingRecords request, CancellationToken cancellationToken) =>
        [.. (await db.Groupings.AsNoTracking().Where(g => request.Uuids.Contains(g.ClientUuid)).OrderBy(g => g.Id).ToListAsync(cancellationToken)).Select(GroupingContent.ToRecord)];
}
