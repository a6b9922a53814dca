using MediatR;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup.Features.Review;

/// <summary>What the pages of the review have in common: the competitions in which the actor holds the role, and the bar above.</summary>
internal sealed class ReviewBar
{
    private ReviewBar(IReadOnlyDictionary<Guid, CompetitionSummary> competitions, CompetitionSummary? about) =>
        (Competitions, About, Venue) = (competitions, about, new VenueTime(about?.TimeZone));

    public IReadOnlyDictionary<Guid, CompetitionSummary> Competitions { get; }

    /// <summary>Those to choose from: what was merged into another is shown with that.</summary>
    public IEnumerable<CompetitionSummary> Choices => Competitions.Values.Where(c => c.MergedInto is null || c == About);

    /// <summary>The one that the page is about; null: there is none.</summary>
    public CompetitionSummary? About { get; }

    public VenueTime Venue { get; }

    /// <param name="about">Null: the one that is on today, else the latest.</param>
    public static async Task<ReviewBar> ShowAsync(
        ViewDataDictionary viewData, IMediator mediator, Actor actor, string[] roles, Guid? about, Guid? race, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var competitions = (await mediator.Send(new FindCompetitions(actor.May(null, roles) ? null : actor.Held(roles)), cancellationToken)).ToDictionary(c => c.ClientUuid);
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var shown = about is { } uuid && competitions.TryGetValue(uuid, out var its) ? its
            : competitions.Values.Where(c => c.MergedInto is null).OrderByDescending(c => c.StartDate <= today && c.EndDate >= today).FirstOrDefault();
        if (shown is not null)
        {
            var races = await mediator.Send(new FindRacesOfCompetition(shown.ClientUuid), cancellationToken);
            var leads = races.FirstOrDefault(r => r.ClientUuid == race) ?? races.FirstOrDefault(r => r.Status == "in_progress") ?? races.FirstOrDefault(r => r.Status == "scheduled") ?? (races.Count > 0 ? races[^1] : null);
            new DeskBar(shown.ClientUuid, shown.Name, shown.StartDate, shown.EndDate, shown.TimeZone, leads?.ClientUuid).Show(viewData);
        }

        return new ReviewBar(competitions, shown);
    }
}
