using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Features.Groupings;

internal sealed class CheckGroupingRecordsHandler(DedupDbContext db) : IRequestHandler<CheckGroupingRecords, IReadOnlyList<RecordOutcome>>
{
    public async Task<IReadOnlyList<RecordOutcome>> Handle(CheckGroupingRecords request, CancellationToken cancellationToken)
    {
        var read = request.Records.Select(r => (Record: r, Read: GroupingContent.Read(r.Content))).ToList();
        var named = read.Where(r => r.Read.Content is not null).SelectMany(r => new[] { r.Read.Content!.Lower, r.Read.Content.Higher }).Distinct().ToArray();
        var incidents = await db.Members.AsNoTracking().Where(m => named.Contains(m.IncidentUuid))
            .Select(m => new { m.IncidentUuid, CompetitionUuid = m.SaidCompetitionUuid, RaceUuid = m.SaidRaceUuid }).ToDictionaryAsync(m => m.IncidentUuid, cancellationToken);

        return [.. read.Select(r =>
        {
            var (type, uuid) = (r.Record.Type, r.Record.ClientUuid);
            if (r.Read.Content is not { } content) return new RecordOutcome(type, uuid, RecordVerdict.Invalid, Error: r.Read.Error);
            foreach (var named in new[] { content.Lower, content.Higher })
                if (!incidents.ContainsKey(named))
                    return new RecordOutcome(type, uuid, RecordVerdict.MissingParent, MissingParentUuid: named,
                        Error: new RecordError("foreign_key_not_found", "One of the two incidents is not here.", "incident_uuids"));
            var incident = incidents[content.Lower];
            // R15: whoever may speak for one competition does not reach into another by it.
            if (incident.CompetitionUuid != incidents[content.Higher].CompetitionUuid)
                return new RecordOutcome(type, uuid, RecordVerdict.Invalid, incident.CompetitionUuid, incident.RaceUuid,
                    Error: new RecordError("validation_failed", "They are incidents of two competitions.", "incident_uuids"));
            return new RecordOutcome(type, uuid, RecordVerdict.Acceptable, incident.CompetitionUuid, incident.RaceUuid);
        })];
    }
}
