using ModularRace.Shared.Records;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnServer;

/// <summary>R15: what a device was granted bounds what it can reach, by whichever road.</summary>
public sealed class GrantTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    [Fact]
    public async Task A_device_takes_no_incident_or_report_out_of_a_competition_that_it_was_not_granted()
    {
        var own = await OtherRaceAsync();
        var (trusted, bounded) = (await cloud.DeviceAsync(), await cloud.DeviceAsync(competitions: [own.Competition]));
        var (theirs, report, mine) = (cloud.NewUuid(), cloud.NewUuid(), cloud.NewUuid());
        await trusted.Upload(Incident(theirs, cloud.Race), Report(report, theirs));
        Assert.Equal("created", Assert.Single(await bounded.Upload(Incident(mine, own.Race))).Status);

        var results = await bounded.Upload(Incident(theirs, own.Race), Report(report, mine));
        Assert.All(results, r => Assert.Equal(("rejected", "competition_not_granted"), (r.Status, r.Error?.Code)));
        Assert.Equal([cloud.Race], await cloud.Sql.QueryAsync<Guid>($"SELECT race_uuid FROM incidents.incidents WHERE client_uuid = '{theirs}'"));
        Assert.Equal([theirs], await cloud.Sql.QueryAsync<Guid>($"SELECT incident_uuid FROM incidents.reports WHERE client_uuid = '{report}'"));
        Assert.Equal([0L], await cloud.Sql.QueryAsync<long>("SELECT count(*) FROM dedup.sync_conflicts"));
    }

    [Fact]
    public async Task Nobody_puts_incidents_of_two_competitions_together()
    {
        var own = await OtherRaceAsync();
        var (trusted, bounded) = (await cloud.DeviceAsync(), await cloud.DeviceAsync(competitions: [own.Competition]));
        // The lower of the two is the one whose competition the device was granted.
        var (mine, theirs) = (Guid.Parse("01900000-0000-7000-8000-00000000a001"), Guid.Parse("01900000-0000-7000-8000-00000000a002"));
        await bounded.Upload(Incident(mine, own.Race));
        await trusted.Upload(Incident(theirs, cloud.Race));

        var together = TestDevice.Record("grouping", cloud.NewUuid(), new { kind = "together", incident_uuids = new[] { mine, theirs }, said_at = "2026-02-08T11:00:00Z", said_by = "Rolf Referee" });
        var result = Assert.Single(await bounded.Upload(together));
        Assert.Equal(("rejected", "validation_failed"), (result.Status, result.Error?.Code));
        Assert.Equal([theirs], await cloud.Sql.QueryAsync<Guid>($"SELECT group_uuid FROM incidents.incidents WHERE client_uuid = '{theirs}'"));
    }

    private async Task<(Guid Competition, Guid Race)> OtherRaceAsync()
    {
        var (competition, race) = (cloud.NewUuid(), cloud.NewUuid());
        await cloud.ApplyAsync(
            new IncomingRecord(RecordTypes.Competition, competition, CloudSync.Json(new { name = "Other Cup", country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" }), "cloud"),
            new IncomingRecord(RecordTypes.Race, race, CloudSync.Json(new { competition_uuid = competition, name = "Vertical", discipline = "vertical" }), "cloud"));
        return (competition, race);
    }

    private static object Incident(Guid uuid, Guid race) => TestDevice.Record("incident", uuid, new { race_uuid = race, bib_number = 7, occurred_at = "2026-02-08T10:00:00Z" });

    private static object Report(Guid uuid, Guid incident) => TestDevice.Record("report", uuid, new { incident_uuid = incident, occurred_at = "2026-02-08T10:00:00Z" });
}
