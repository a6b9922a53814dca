using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Persistence;

namespace ModularRace.Dedup.Features.Judging;

internal sealed class FindSettledFieldsHandler(DedupDbContext db)
    : IRequestHandler<FindSettledFields, IReadOnlyDictionary<(string Type, Guid ClientUuid), IReadOnlyList<string>>>
{
    public async Task<IReadOnlyDictionary<(string Type, Guid ClientUuid), IReadOnlyList<string>>> Handle(FindSettledFields request, CancellationToken cancellationToken)
    {
        var uuids = request.Versions.Select(v => v.ClientUuid).Distinct().ToArray();
        var rows = await db.Settlements.AsNoTracking().Where(s => uuids.Contains(s.RecordUuid))
            .Select(s => new { s.RecordType, s.RecordUuid, s.Number, s.Fields }).ToListAsync(cancellationToken);
        return rows.Where(s => request.Versions.Contains((s.RecordType, s.RecordUuid, s.Number)))
            .ToDictionary(s => (s.RecordType, s.RecordUuid), s => (IReadOnlyList<string>)s.Fields);
    }
}
