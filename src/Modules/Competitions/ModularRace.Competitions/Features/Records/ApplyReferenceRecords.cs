using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Records;

internal sealed class ApplyReferenceRecordsHandler(CompetitionsDbContext db, IMediator mediator, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<ApplyReferenceRecords, IReadOnlyList<RecordOutcome>>
{
    public async Task<IReadOnlyList<RecordOutcome>> Handle(ApplyReferenceRecords request, CancellationToken cancellationToken)
    {
        var changes = new ReferenceChanges(db, here, time);
        var outcomes = await new ReferenceIntake(db).JudgeAsync(request.Records, changes, cancellationToken);
        await changes.SaveAsync(mediator, request.Records.Any(r => r.Settled) ? ChangeSource.Local : ChangeSource.Received, cancellationToken);
        return outcomes;
    }
}
