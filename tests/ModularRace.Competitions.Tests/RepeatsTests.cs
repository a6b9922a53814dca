using ModularRace.Competitions.Features.Competitions;
using ModularRace.Competitions.Features.Locations;
using ModularRace.Competitions.Features.Races;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Tests;

/// <summary>R2: the same request many times at once makes one thing, and every caller is told of it.</summary>
public sealed class RepeatsTests(CloudModules cloud) : IClassFixture<CloudModules>
{
    private const int Rounds = 5, AtOnce = 8;

    [Fact]
    public async Task A_competition_sent_many_times_at_once_is_made_once()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var request = new CreateCompetition
            {
                ClientUuid = Uuids.New(cloud.Time),
                Name = "Val Prova Cup",
                Country = "ITA",
                StartDate = new DateOnly(2026, 2, 8),
                EndDate = new DateOnly(2026, 2, 9),
                TimeZone = "Europe/Rome",
            };
            var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => cloud.Send(request)));
            Assert.Single(answers, a => a.Created);
            Assert.All(answers, a => Assert.Equal(answers[0].Value, a.Value));
            Assert.Equal(1L, (await cloud.Sql.QueryAsync<long>($"SELECT count(*) FROM sync.record_versions WHERE client_uuid = '{request.ClientUuid}'")).Single());
        }
    }

    [Fact]
    public async Task A_race_sent_many_times_at_once_is_made_once_with_its_locations()
    {
        var competition = (await cloud.CompetitionAsync()).ClientUuid;
        for (var round = 0; round < Rounds; round++)
        {
            var request = new CreateRace { CompetitionUuid = competition, ClientUuid = Uuids.New(cloud.Time), Name = "Sprint men", Discipline = "sprint" };
            var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => cloud.Send(request)));
            Assert.Single(answers, a => a.Created);
            Assert.All(answers, a => Assert.Equal(answers[0].Value, a.Value));
            var locations = (await cloud.Send(new ListLocations(request.ClientUuid.Value, new PageRequest(500, null)))).Items;
            Assert.Equal(locations.Select(l => l.Position).Distinct().Count(), locations.Count);
            Assert.NotEmpty(locations);
        }
    }

    [Fact]
    public async Task A_location_sent_many_times_at_once_is_made_once()
    {
        var race = (await cloud.RaceAsync()).ClientUuid;
        var request = new CreateLocation { RaceUuid = race, ClientUuid = Uuids.New(cloud.Time), Name = "Hut" };
        var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => cloud.Send(request)));
        Assert.Single(answers, a => a.Created);
        Assert.Single((await cloud.Send(new ListLocations(race, new PageRequest(500, null)))).Items, l => l.Name == "Hut");
    }
}
