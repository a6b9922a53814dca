using Microsoft.Extensions.DependencyInjection;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Records;
using ModularRace.Shared.Web;
using ModularRace.Sync.Features.OnServer.Quarantine;

namespace ModularRace.Sync.Tests.OnServer;

/// <summary>R14, where nobody foresaw the fault: a record on which an owner breaks.</summary>
public sealed class PoisonTests(PoisonTests.StumblingCloud cloud) : IClassFixture<PoisonTests.StumblingCloud>
{
    [Fact]
    public async Task A_record_that_breaks_its_owner_harms_itself_only()
    {
        var device = await cloud.DeviceAsync();
        var incidents = Enumerable.Range(0, 40).Select(_ => cloud.NewUuid()).ToList();
        var records = incidents.Select((uuid, i) => TestDevice.Record("incident", uuid, cloud.Incident(300 + i)))
            .Concat(incidents.Select(uuid => TestDevice.Record("report", cloud.NewUuid(), new { incident_uuid = uuid, occurred_at = "2026-02-08T10:30:05Z" }))).ToArray();
        StumblingCloud.Poison = incidents[17];

        var results = await device.Upload(records);
        for (var i = 0; i < results.Count; i++)
        {
            // The report of the bad incident goes with it.
            if (i % 40 != 17) Assert.Equal("created", results[i].Status);
            else Assert.Equal(("rejected", i < 40 ? "unprocessable" : "parent_in_quarantine"), (results[i].Status, results[i].Error!.Code));
        }

        Assert.Equal(39L * 2, (await cloud.Sql.QueryAsync<long>($"SELECT count(*) FROM sync.record_edits WHERE device_uuid = '{device.Uuid}'")).Single());
        Assert.Equal(39L, (await cloud.Sql.QueryAsync<long>("SELECT count(*) FROM incidents.incidents WHERE bib_number BETWEEN 300 AND 339")).Single());

        // Sent again it is known as it was; once the fault is mended a person accepts it, and its report follows.
        Assert.Equal(results.Select(r => r.QuarantineUuid), (await device.Upload(records)).Select(r => r.QuarantineUuid));
        StumblingCloud.Poison = null;
        var entry = (await cloud.Send(new ListQuarantine(null, new PageRequest(500, null)))).Items.Single(q => q.RecordUuid == incidents[17]);
        await cloud.Send(new SettleQuarantined(entry.ClientUuid, "accept", null, null));
        Assert.All(await device.Upload(records), r => Assert.Equal("already_synced", r.Status));
        Assert.Equal(40L, (await cloud.Sql.QueryAsync<long>("SELECT count(*) FROM incidents.incidents WHERE bib_number BETWEEN 300 AND 339")).Single());
    }

    public sealed class StumblingCloud : CloudSync
    {
        public static Guid? Poison { get; set; }

        protected override void Configure(IServiceCollection services)
        {
            base.Configure(services);
            services.AddStumbling<ApplyIncidentRecords, IReadOnlyList<RecordOutcome>>(a => a.Records.Any(r => r.ClientUuid == Poison));
        }
    }
}
