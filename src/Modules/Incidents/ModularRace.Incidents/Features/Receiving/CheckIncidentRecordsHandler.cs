using MediatR;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Incidents.Features.Receiving;

internal sealed class CheckIncidentRecordsHandler(IncidentsDbContext db, IMediator mediator) : IRequestHandler<CheckIncidentRecords, IReadOnlyList<RecordOutcome>>
{
    public async Task<IReadOnlyList<RecordOutcome>> Handle(CheckIncidentRecords request, CancellationToken cancellationToken)
    {
        var reception = await Reception.ReadAsync(db, mediator, request.Records, cancellationToken);
        // Nothing is kept in memory for the applying that follows: it reads anew.
        db.ChangeTracker.Clear();
        return reception.Outcomes;
    }
}
