using MediatR;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Dedup.Features.Review.ByHand;

/// <summary>A race's names and clock for a page about one of its incidents, with the bar above.</summary>
internal sealed class RaceDesk
{
    private readonly IReadOnlyDictionary<int, StartingBib> startList;
    private readonly IReadOnlyDictionary<Guid, string> places;

    private RaceDesk(RaceSummary race, IReadOnlyDictionary<int, StartingBib> startList, IReadOnlyDictionary<Guid, string> places) =>
        (Race, this.startList, this.places, Venue) = (race, startList, places, new VenueTime(race.TimeZone));

    public RaceSummary Race { get; }

    public VenueTime Venue { get; }

    public static async Task<RaceDesk> ShowAsync(
        ViewDataDictionary viewData, IMediator mediator, Actor actor, Guid raceUuid, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var race = (await mediator.Send(new FindRaces([raceUuid]), cancellationToken)).SingleOrDefault() ?? throw Problem.NotFound("race");
        await ReviewBar.ShowAsync(viewData, mediator, actor, [Roles.JuryPresident, Roles.VarOperator, Roles.Referee], race.CompetitionUuid, raceUuid, now, cancellationToken);
        return new RaceDesk(
            race, (await mediator.Send(new FindStartList(raceUuid), cancellationToken)).ToDictionary(b => b.BibNumber),
            (await mediator.Send(new FindLocationsOfRace(raceUuid), cancellationToken)).ToDictionary(l => l.ClientUuid, l => l.Name));
    }

    /// <summary>"Bib 12", "No bib"</summary>
    public static string Bib(int? bib) => bib is { } number ? Say("Bib {0}", number) : Say("No bib");

    public string Who(int? bib) => bib is not { } number ? Say("Bib not read") : startList.GetValueOrDefault(number)?.Names ?? Say("Not on the start list");

    public string Where(Guid? place) => place is not { } uuid ? Say("No place given") : places.GetValueOrDefault(uuid, Say("A place that was removed"));

    public static string Reports(int count) => count == 1 ? Say("1 report") : Say("{0} reports", count);

    public static string Status(string status) => status == "official" ? Say("Official") : Say("Unofficial");

    public static string Decision(string decision, string? code) => VersionWords.Decided(decision, code);

    public static int Live(IncidentView incident) => incident.Reports.Count(r => r.WithdrawnAt is null);
}
