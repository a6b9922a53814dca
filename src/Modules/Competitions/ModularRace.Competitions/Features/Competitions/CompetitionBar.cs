using ModularRace.Competitions.Features.Races;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Competitions;

internal static class CompetitionBar
{
    /// <summary>What the bar above the pages says; "Incidents" leads to the race that runs, else to the first that is not over.</summary>
    public static DeskBar Bar(this CompetitionView competition, IReadOnlyList<RaceView> races, Guid? race = null) => new(
        competition.ClientUuid, competition.Name, competition.StartDate, competition.EndDate, competition.TimeZone,
        race
            ?? races.FirstOrDefault(r => r.Status == "in_progress")?.ClientUuid
            ?? races.FirstOrDefault(r => r.Status == "scheduled")?.ClientUuid
            ?? (races.Count > 0 ? races[^1].ClientUuid : null));
}
