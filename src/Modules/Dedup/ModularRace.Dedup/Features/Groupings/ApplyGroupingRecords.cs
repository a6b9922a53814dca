using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Features.Regrouping;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Features.Groupings;

internal sealed class ApplyGroupingRecordsHandler(DedupDbContext db, IMediator mediator, Regrouper regrouper, TimeProvider time)
    : IRequestHandler<ApplyGroupingRecords, IReadOnlyList<RecordOutcome>>
{
    public async Task<IReadOnlyList<RecordOutcome>> Handle(ApplyGroupingRecords request, CancellationToken cancellationToken)
    {
        var uuids = request.Records.Select(r => r.ClientUuid).ToArray();
        var known = await db.Groupings.Where(g => uuids.Contains(g.ClientUuid)).ToDictionaryAsync(g => g.ClientUuid, cancellationToken);
        var checks = await mediator.Send(new CheckGroupingRecords(request.Records), cancellationToken);
        var made = new List<GroupingRow>();
        var corrected = new List<GroupingRow>();
        var settled = new List<GroupingRow>();
        var renamed = new List<GroupingRow>();
        var outcomes = new List<RecordOutcome>();
        foreach (var (record, check) in request.Records.Zip(checks))
        {
            if (known.TryGetValue(record.ClientUuid, out var row))
            {
                // People's word is never changed: what they say anew is another record. But names may have been taken out of it on the cloud.
                if (!record.Settled && check.Verdict == RecordVerdict.Acceptable && GroupingContent.Read(record.Content).Content is { } said)
                {
                    if (said.Rename(row)) renamed.Add(row);
                    if (said.CorrectClock(row)) corrected.Add(row);
                }

                if (record.Settled)
                {
                    // Settled is only that it stays as it is.
                    row.Revision = Shared.Identifiers.Revision.Next(row.Revision);
                    settled.Add(row);
                }

                outcomes.Add(check with { Verdict = RecordVerdict.Unchanged, Revision = row.Revision, Error = null });
                continue;
            }

            if (check.Verdict != RecordVerdict.Acceptable)
            {
                outcomes.Add(check);
                continue;
            }

            row = GroupingContent.Read(record.Content).Content!.ToRow(record.ClientUuid, check.CompetitionUuid, check.RaceUuid, record.Origin, time.GetUtcNow());
            known.Add(record.ClientUuid, row);
            made.Add(row);
            outcomes.Add(check with { Verdict = RecordVerdict.Created, Revision = row.Revision });
        }

        if (made.Count + corrected.Count + settled.Count + renamed.Count == 0) return outcomes;
        db.Groupings.AddRange(made);
        await db.SaveChangesAsync(cancellationToken);
        if (made.Count > 0) await mediator.Publish(new RecordsChanged([.. made.Select(GroupingContent.ToRecord)], ChangeSource.Received), cancellationToken);
        if (settled.Count > 0) await mediator.Publish(new RecordsChanged([.. settled.Select(GroupingContent.ToRecord)], ChangeSource.Local), cancellationToken);
        await regrouper.AroundAsync([.. made.Concat(corrected).SelectMany(g => new[] { g.LowerUuid, g.HigherUuid }).Distinct()], cancellationToken);
        return outcomes;
    }
}
