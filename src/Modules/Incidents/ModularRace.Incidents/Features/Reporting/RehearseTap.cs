using System.Globalization;
using System.Text.Json.Nodes;
using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Incidents.Features.Reporting;

internal sealed class RehearseTapHandler(DatabaseSession session, IMediator mediator, ISystemIdentity here, TimeProvider time) : IRequestHandler<RehearseTap, Done>
{
    public Task<Done> Handle(RehearseTap request, CancellationToken cancellationToken) => session.TryOutAsync(
        async () =>
        {
            var (competition, race, place) = (Uuids.New(time), Uuids.New(time), Uuids.New(time));
            var today = time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            await mediator.Send(
                new ApplyReferenceRecords(
                [
                    Record(RecordTypes.Competition, competition, new() { ["name"] = "Rehearsal", ["country"] = "ITA", ["start_date"] = today, ["end_date"] = today, ["time_zone"] = "UTC" }),
                    Record(RecordTypes.Race, race, new() { ["competition_uuid"] = competition.ToString(), ["name"] = "Rehearsal", ["discipline"] = "other" }),
                    Record(RecordTypes.RaceLocation, place, new() { ["race_uuid"] = race.ToString(), ["name"] = "Rehearsal" }),
                ]), cancellationToken);

            // The second joins the first: the duplicate rule has something to do.
            for (var i = 0; i < 2; i++) await mediator.Send(new ReportIncident(race, place, BibNumber: 1), cancellationToken);
            return default(Done);
        }, cancellationToken);

    private IncomingRecord Record(string type, Guid uuid, JsonObject content) => new(type, uuid, content, here.Origin);
}
