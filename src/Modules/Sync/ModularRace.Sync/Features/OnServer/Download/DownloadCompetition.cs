using FluentValidation;
using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Features.OnServer.Feed;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Download;

/// <summary>Everything that a device needs of a competition before a race.</summary>
/// <param name="Date">Only the races of that day at the venue, and what they need.</param>
internal sealed record DownloadCompetition(Guid? CompetitionUuid, DateOnly? Date) : IQuery<DownloadAnswer>;

internal sealed class DownloadCompetitionValidator : AbstractValidator<DownloadCompetition>
{
    public DownloadCompetitionValidator() => RuleFor(d => d.CompetitionUuid).NotNull().WithMessage("It is required.");
}

internal sealed class DownloadCompetitionHandler(SyncDbContext db, FeedReader feed, IMediator mediator, ICurrentActor current)
    : IRequestHandler<DownloadCompetition, DownloadAnswer>
{
    public async Task<DownloadAnswer> Handle(DownloadCompetition request, CancellationToken ct)
    {
        var uuid = request.CompetitionUuid!.Value;
        var device = await DeviceAccess.RequireDeviceAsync(db, current.Actor, ct);
        await DeviceAccess.RequireGrantAsync(db, device, uuid, ct);
        // The head first: what changes between the two is handed over again by the changes, which does no harm.
        var head = await feed.HeadAsync(ct);
        var records = (await mediator.Send(new ReadReferenceRecords(uuid, request.Date), ct)).ToLookup(r => r.Type);
        var competition = records[RecordTypes.Competition].SingleOrDefault() ?? throw Problem.NotFound("competition");
        return new DownloadAnswer(
            Data(competition), All(RecordTypes.Race), All(RecordTypes.RaceLocation), All(RecordTypes.Athlete), All(RecordTypes.BibAssignment),
            All(RecordTypes.Penalty), All(RecordTypes.Phrase), new FeedCursor(uuid, request.Date, await feed.BeginningAsync(ct), head).Write());

        IReadOnlyList<System.Text.Json.Nodes.JsonObject> All(string type) => [.. records[type].Select(Data)];

        static System.Text.Json.Nodes.JsonObject Data(RecordVersion r) => WireRecord.ToAnswer(r.ClientUuid, r.Revision, r.Origin, r.Content, r.Answer);
    }
}
