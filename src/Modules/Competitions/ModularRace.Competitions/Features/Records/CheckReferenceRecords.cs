using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Records;

internal sealed class CheckReferenceRecordsHandler(CompetitionsDbContext db) : IRequestHandler<CheckReferenceRecords, IReadOnlyList<RecordOutcome>>
{
    public Task<IReadOnlyList<RecordOutcome>> Handle(CheckReferenceRecords request, CancellationToken cancellationToken) =>
        new ReferenceIntake(db).JudgeAsync(request.Records, changes: null, cancellationToken);
}
