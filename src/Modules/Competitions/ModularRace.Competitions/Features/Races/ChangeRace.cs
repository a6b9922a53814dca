using System.Text.Json.Serialization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Races;

internal sealed record ChangeRace : RaceFields, ICommand<RaceView>
{
    [JsonIgnore]
    public Guid RaceUuid { get; init; }

    /// <summary>May be said, but a race stays in its competition.</summary>
    public Guid? CompetitionUuid { get; init; }

    [JsonIgnore]
    public string? IfMatch { get; init; }
}

internal sealed class ChangeRaceValidator : RaceFieldsValidator<ChangeRace>;

internal sealed class ChangeRaceHandler(
    CompetitionsDbContext db, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<ChangeRace, RaceView>
{
    public async Task<RaceView> Handle(ChangeRace request, CancellationToken cancellationToken)
    {
        var stored = await db.Races.ForUpdate(request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        access.MustEdit(stored.CompetitionUuid);
        if (request.CompetitionUuid is { } other && other != stored.CompetitionUuid)
            throw Problem.Validation("competition_uuid", "A race stays in its competition.");
        stored.MustMatch(request.IfMatch);
        access.MustBeMadeHere(stored);
        var changes = new ReferenceChanges(db, here, time);
        changes.Change(stored, request.ToRace(stored.CompetitionUuid));
        await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return RaceView.Of(stored);
    }
}
