using System.Text.Json.Serialization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Locations;

internal sealed record CreateLocation : LocationFields, ICommand<Saved<LocationView>>
{
    [JsonIgnore]
    public Guid RaceUuid { get; init; }

    /// <summary>The identity that the caller gives it; the same again finds it created already.</summary>
    public Guid? ClientUuid { get; init; }
}

internal sealed class CreateLocationValidator : LocationFieldsValidator<CreateLocation>
{
    public CreateLocationValidator() => RuleFor(l => l.ClientUuid).IsIdentity();
}

internal sealed class CreateLocationHandler(
    CompetitionsDbContext db, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<CreateLocation, Saved<LocationView>>
{
    public async Task<Saved<LocationView>> Handle(CreateLocation request, CancellationToken cancellationToken)
    {
        var race = await db.Races.StandingAsync(request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        access.MustEdit(race.CompetitionUuid);
        if (request.ClientUuid is { } uuid && await db.RaceLocations.AsNoTracking().FirstOrDefaultAsync(l => l.ClientUuid == uuid, cancellationToken) is { } known)
            return known.RaceUuid == race.ClientUuid
                ? new Saved<LocationView>(LocationView.Of(known, access.MayEdit(race.CompetitionUuid, known)), Created: false)
                : throw Preconditions.UuidTaken();

        var location = request.ToLocation(race.ClientUuid);
        // Said nowhere, it comes last in course order.
        location.Position ??= (await db.RaceLocations.Where(l => l.RaceUuid == race.ClientUuid && !l.Deleted && l.MergedInto == null).MaxAsync(l => l.Position, cancellationToken) ?? 0) + 1;
        var changes = new ReferenceChanges(db, here, time);
        changes.Make(location, request.ClientUuid);
        await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return new Saved<LocationView>(LocationView.Of(location), Created: true);
    }
}
