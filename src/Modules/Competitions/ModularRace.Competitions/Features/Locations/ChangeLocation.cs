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

internal sealed record ChangeLocation : LocationFields, ICommand<LocationView>
{
    [JsonIgnore]
    public Guid LocationUuid { get; init; }

    [JsonIgnore]
    public string? IfMatch { get; init; }
}

internal sealed class ChangeLocationValidator : LocationFieldsValidator<ChangeLocation>;

internal sealed class ChangeLocationHandler(
    CompetitionsDbContext db, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<ChangeLocation, LocationView>
{
    public async Task<LocationView> Handle(ChangeLocation request, CancellationToken cancellationToken)
    {
        var stored = await db.RaceLocations.ForUpdate(request.LocationUuid, cancellationToken) ?? throw Problem.NotFound("location");
        access.MustEdit(await db.Races.Where(r => r.ClientUuid == stored.RaceUuid).Select(r => r.CompetitionUuid).SingleAsync(cancellationToken));
        if (stored.Deleted) throw Problem.NotFound("location");
        stored.MustMatch(request.IfMatch);
        access.MustBeMadeHere(stored);
        var changes = new ReferenceChanges(db, here, time);
        changes.Change(stored, request.ToLocation(stored.RaceUuid));
        await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return LocationView.Of(stored);
    }
}
