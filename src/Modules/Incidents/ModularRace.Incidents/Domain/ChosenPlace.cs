using MediatR;
using Microsoft.AspNetCore.Http;
using ModularRace.Competitions.Contracts;

namespace ModularRace.Incidents.Domain;

/// <summary>The race and the location that were chosen on this screen: once, and kept in a cookie (<c>race.location</c>).</summary>
internal sealed record ChosenPlace(RaceSummary Race, LocationSummary? Location)
{
    public const string Cookie = "mr_place";

    /// <summary>Null where nothing is chosen, or what was is no longer on this Pi.</summary>
    public static async Task<ChosenPlace?> ReadAsync(HttpRequest request, IMediator mediator, CancellationToken cancellationToken)
    {
        if (request.Cookies[Cookie]?.Split('.') is not [var race, var place] || !Guid.TryParse(race, out var raceUuid)) return null;
        if ((await mediator.Send(new FindRaces([raceUuid]), cancellationToken)).SingleOrDefault() is not { } found) return null;
        if (!Guid.TryParse(place, out var placeUuid)) return new ChosenPlace(found, null);

        var locations = await mediator.Send(new FindLocationsOfRace(raceUuid), cancellationToken);
        return locations.SingleOrDefault(l => l.ClientUuid == placeUuid) is { } location ? new ChosenPlace(found, location) : null;
    }

    /// <summary>"Gate 3", "North descent"; "Descent 1" alone, whose name says its part of the course already; none: no fixed place.</summary>
    public IReadOnlyList<string> Where => Location is null ? []
        : Location.CourseSegment is { Length: > 0 } segment && !Location.Name.Contains(segment, StringComparison.OrdinalIgnoreCase) ? [Location.Name, segment]
        : [Location.Name];
}
