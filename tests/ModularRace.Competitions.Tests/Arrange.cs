using System.Text;
using ModularRace.Competitions.Features.Competitions;
using ModularRace.Competitions.Features.Races;
using ModularRace.Competitions.Features.StartLists;
using ModularRace.Shared.Access;

namespace ModularRace.Competitions.Tests;

/// <summary>Named starting states.</summary>
internal static class Arrange
{
    public const string Header = "bib,first_name,last_name,nation,gender";

    public static async Task<CompetitionView> CompetitionAsync(this ModuleHost host, Guid? uuid = null, string name = "Val Prova Cup", DateOnly? startDate = null) =>
        (await host.Send(new CreateCompetition
        {
            ClientUuid = uuid, Name = name, Country = "ITA", StartDate = startDate ?? new DateOnly(2026, 2, 8), EndDate = (startDate ?? new DateOnly(2026, 2, 8)).AddDays(1),
            TimeZone = "Europe/Rome",
        })).Value;

    public static async Task<RaceView> RaceAsync(this ModuleHost host, string discipline = "sprint", Guid? competition = null, DateTimeOffset? at = null, string name = "Sprint men") =>
        (await host.Send(new CreateRace
        {
            CompetitionUuid = competition ?? (await host.CompetitionAsync()).ClientUuid, Name = name, Discipline = discipline, ScheduledAt = at,
        })).Value;

    public static Task<StartListChanges> ImportAsync(this ModuleHost host, Guid race, string csv, string? mode = null, bool preview = false, Actor? actor = null) =>
        host.Send(new ImportStartList(race, Encoding.UTF8.GetBytes(csv), mode, preview), actor);
}
