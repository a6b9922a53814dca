using MediatR;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.Shared;

/// <summary>The bar above a page that is about no competition: it and its times are those of the one that is on, else of the latest.</summary>
internal static class OwnBar
{
    /// <param name="viewData">The page's.</param>
    /// <param name="mediator">Asks Competitions.</param>
    /// <param name="actor">Whose competitions count.</param>
    /// <param name="now">The time.</param>
    /// <param name="aborted">Of the request.</param>
    /// <returns>The competitions that the actor sees, latest first, and the clock of the page.</returns>
    public static async Task<(IReadOnlyList<CompetitionSummary> Competitions, VenueTime Venue)> ShowAsync(
        ViewDataDictionary viewData, IMediator mediator, Actor actor, DateTimeOffset now, CancellationToken aborted)
    {
        var competitions = await mediator.Send(new FindCompetitions(actor.Competitions), aborted);
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var on = competitions.FirstOrDefault(c => c.StartDate <= today && c.EndDate >= today) ?? (competitions.Count > 0 ? competitions[0] : null);
        if (on is null) return (competitions, new VenueTime(null));
        var races = await mediator.Send(new FindRacesOfCompetition(on.ClientUuid), aborted);
        var race = races.FirstOrDefault(r => r.Status == "in_progress") ?? races.FirstOrDefault(r => r.Status == "scheduled") ?? (races.Count > 0 ? races[^1] : null);
        new DeskBar(on.ClientUuid, on.Name, on.StartDate, on.EndDate, on.TimeZone, race?.ClientUuid).Show(viewData);
        return (competitions, new VenueTime(on.TimeZone));
    }
}
