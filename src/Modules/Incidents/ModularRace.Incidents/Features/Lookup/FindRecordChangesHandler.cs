using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Persistence;

namespace ModularRace.Incidents.Features.Lookup;

internal sealed class FindRecordChangesHandler(IncidentsDbContext db) : IRequestHandler<FindRecordChanges, IReadOnlyList<RecordChange>>
{
    public async Task<IReadOnlyList<RecordChange>> Handle(FindRecordChanges request, CancellationToken cancellationToken)
    {
        var uuids = request.RecordUuids.ToArray();
        var entries = await db.HistoryEntries.AsNoTracking().Where(h => uuids.Contains(h.RecordUuid))
            .OrderBy(h => h.OccurredAt).ThenBy(h => h.Id).ToListAsync(cancellationToken);
        return entries.ConvertAll(h => new RecordChange(
            h.RecordUuid, h.Origin, h.By, h.OccurredAt, h.At.OccurredAtDevice, h.At.ClockOffsetMs, h.At.ClockUncertaintyMs,
            [.. JsonNode.Parse(h.Changes)!.AsObject().Select(c => c.Key)]));
    }
}
