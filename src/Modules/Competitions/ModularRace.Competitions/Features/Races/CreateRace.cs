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

/// <summary>A new race gets its discipline's usual locations.</summary>
internal sealed record CreateRace : RaceFields, ICommand<Saved<RaceView>>
{
    [JsonIgnore]
    public Guid CompetitionUuid { get; init; }

    /// <summary>The identity that the caller gives it; the same again finds it created already.</summary>
    public Guid? ClientUuid { get; init; }
}

internal sealed class CreateRaceValidator : RaceFieldsValidator<CreateRace>
{
    public CreateRaceValidator() => RuleFor(r => r.ClientUuid).IsIdentity();
}

internal sealed class CreateRaceHandler(
    CompetitionsDbContext db, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<CreateRace, Saved<RaceView>>
{
    public async Task<Saved<RaceView>> Handle(CreateRace request, CancellationToken cancellationToken)
    {
        var competition = await db.Competitions.StandingAsync(request.CompetitionUuid, cancellationToken);
        access.MustEdit(competition?.ClientUuid ?? request.CompetitionUuid);
        if (competition is null) throw Problem.NotFound("competition");
        if (request.ClientUuid is { } uuid && await db.Races.AsNoTracking().FirstOrDefaultAsync(r => r.ClientUuid == uuid, cancellationToken) is { } known)
            return known.CompetitionUuid == competition.ClientUuid
                ? new Saved<RaceView>(RaceView.Of(known), Created: false)
                : throw Preconditions.UuidTaken();

        var changes = new ReferenceChanges(db, here, time);
        var race = changes.Make(request.ToRace(competition.ClientUuid), request.ClientUuid);
        foreach (var (usual, index) in Disciplines.UsualLocations(race.Discipline).Select((l, i) => (l, i)))
            changes.Make(new RaceLocation { RaceUuid = race.ClientUuid, Name = usual.Name, CourseSegment = usual.CourseSegment, Position = index + 1 });
        await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return new Saved<RaceView>(RaceView.Of(race), Created: true);
    }
}
