using System.Net;
using System.Text.Json.Nodes;

namespace ModularRace.RaceDay.Tests;

/// <summary>R13 on two real hosts: the proof, the clearing, and the day on which no link returns. Each test begins with a Pi that has the competition.</summary>
public sealed class EveningTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    [Fact]
    public async Task The_cloud_proves_what_was_sent_and_tells_what_was_not()
    {
        await ReportAsync(101, 0);
        await day.SyncUntilSentAsync();
        var proof = await day.Pi.Post("/device/verify", null, HttpStatusCode.OK);
        Assert.True((bool)proof["verified"]!, proof.ToJsonString());
        Assert.Equal((await day.Pi.List("/device/queue")).Count, (int)proof["records"]!);
        Assert.Equal((int)proof["records"]!, proof["receipt"]!["counts"]!.AsObject().Sum(c => (int)c.Value!));

        day.Link.GoDown();
        await day.Pi.Post("/device/verify", null, HttpStatusCode.ServiceUnavailable);
        day.Link.ComeBack();
    }

    private async Task<JsonNode> ReportAsync(int bib, int second, string? description = null) => await day.Pi.Post("/incidents", new
    {
        race_uuid = day.Race,
        race_location_uuid = day.Locations[0],
        bib_number = bib,
        occurred_at = new DateTimeOffset(2026, 2, 8, 8, 0, 0, TimeSpan.Zero).AddSeconds(second).ToString("O"),
        description,
    }, HttpStatusCode.Created);
}
