using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Sync.Features.OnDevice.Downloading;
using ModularRace.Sync.Features.OnDevice.Pairing;
using ModularRace.Sync.Features.OnDevice.Pulling;
using ModularRace.Sync.Features.OnDevice.Showing;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>What a Pi takes of the cloud's changes.</summary>
public sealed class PullingTests(PullingTests.Pi pi) : IClassFixture<PullingTests.Pi>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        await pi.Sql.ExecuteAsync("TRUNCATE sync.record_bases, sync.held_changes RESTART IDENTITY");
        pi.Poison = null;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_record_that_breaks_its_owner_is_held_in_sight_and_the_cursor_goes_on()
    {
        var competitions = Enumerable.Range(0, 20).Select(_ => Competition()).ToList();
        pi.Poison = competitions[7].ClientUuid;
        var race = Race(competitions[7].ClientUuid);
        var applied = await pi.Send(new ApplyChanges([.. competitions, race], "c1"));

        Assert.Equal(19, applied.Taken);
        Assert.Equal("c1", await pi.CursorAsync());
        var held = await pi.HeldAsync();
        Assert.Equal([competitions[7].ClientUuid, race.ClientUuid], held.Select(h => h.ClientUuid));
        Assert.All(held, h => Assert.NotEmpty(h.Reason));

        // What was held is tried with each page, and follows once the fault is mended.
        await pi.Send(new ApplyChanges([Competition()], "c2"));
        Assert.Equal("c2", await pi.CursorAsync());
        Assert.Equal(2, (await pi.HeldAsync()).Count);
        pi.Poison = null;
        Assert.Equal(2, (await pi.Send(new ApplyChanges([], null))).Taken);
        Assert.Empty(await pi.HeldAsync());
    }

    [Fact]
    public async Task A_child_before_its_parent_waits_for_the_next_page()
    {
        var competition = Competition();
        var race = Race(competition.ClientUuid);
        Assert.Equal(0, (await pi.Send(new ApplyChanges([race], "c1"))).Taken);
        Assert.Single(await pi.HeldAsync());
        Assert.Equal(2, (await pi.Send(new ApplyChanges([competition], "c2"))).Taken);
        Assert.Empty(await pi.HeldAsync());
    }

    [Fact]
    public async Task A_download_with_one_bad_record_is_stored_but_for_that_and_what_refers_to_it()
    {
        var (competition, good, bad) = (Competition(), Uuids.New(pi.Time), Uuids.New(pi.Time));
        JsonObject Race(Guid uuid, string discipline) => WireRecord.ToAnswer(uuid, Revision.First(), "cloud", new JsonObject { ["competition_uuid"] = competition.ClientUuid.ToString(), ["name"] = "Sprint", ["discipline"] = discipline }, null);
        JsonObject Location(Guid race) => WireRecord.ToAnswer(Uuids.New(pi.Time), Revision.First(), "cloud", new JsonObject { ["race_uuid"] = race.ToString(), ["name"] = "Gate 1" }, null);
        var download = new DownloadAnswer(competition.Data, [Race(good, "sprint"), Race(bad, "a discipline of later days")], [Location(good), Location(bad)], [], [], [], [], "c1");
        await pi.Send(new StoreDownload(download, null));

        var device = await pi.Send(new ReadDevice());
        Assert.Equal((competition.ClientUuid, true, 2), (device.Competition!.ClientUuid, device.ReadyForOffline, device.Held));
        Assert.Equal("c1", await pi.CursorAsync());
        Assert.Equal([RecordTypes.Race, RecordTypes.RaceLocation], device.HeldChanges.Select(h => h.Type));
        Assert.All(device.HeldChanges, h => Assert.NotEmpty(h.Reason));
        Assert.Single(await pi.Send(new FindRacesOfCompetition(competition.ClientUuid)));
        Assert.Single(await pi.Send(new FindLocationsOfRace(good)));

        // A download that mends it leaves nothing held.
        await pi.Send(new StoreDownload(download with { Races = [download.Races[0], Race(bad, "vertical")] }, null));
        Assert.Equal(0, (await pi.Send(new ReadDevice())).Held);
        Assert.Equal(2, (await pi.Send(new FindRacesOfCompetition(competition.ClientUuid))).Count);
    }

    [Fact]
    public async Task A_download_whose_competition_cannot_be_stored_changes_nothing()
    {
        var competition = Competition();
        competition.Data["time_zone"] = "Mars/Olympus";
        var before = await pi.CursorAsync();
        var told = await Assert.ThrowsAsync<Problem>(() => pi.Send(new StoreDownload(new DownloadAnswer(competition.Data, [], [], [], [], [], [], "never"), null)));
        Assert.Equal("server_incompatible", told.Code);
        Assert.Equal(before, await pi.CursorAsync());
        Assert.Empty(await pi.HeldAsync());
    }

    [Fact]
    public async Task What_a_later_cloud_sends_and_this_version_does_not_know_is_passed_over()
    {
        var competition = Competition();
        competition.Data["mascot"] = new JsonObject { ["name"] = "Gams" };
        var drone = new Change("drone_flight", Uuids.New(pi.Time), Revision.First(), Deleted: false, new JsonObject { ["race_uuid"] = competition.ClientUuid.ToString() });
        Assert.Equal(1, (await pi.Send(new ApplyChanges([drone, competition], "c9"))).Taken);
        Assert.Equal("c9", await pi.CursorAsync());
        Assert.Empty(await pi.HeldAsync());
    }

    private Change Competition()
    {
        var uuid = Uuids.New(pi.Time);
        return Change(RecordTypes.Competition, uuid, new JsonObject
        {
            ["name"] = "Val Cup", ["country"] = "ITA", ["start_date"] = "2026-02-08", ["end_date"] = "2026-02-09", ["time_zone"] = "Europe/Rome",
        });
    }

    private Change Race(Guid competition) => Change(RecordTypes.Race, Uuids.New(pi.Time), new JsonObject
    {
        ["competition_uuid"] = competition.ToString(), ["name"] = "Sprint", ["discipline"] = "sprint",
    });

    private static Change Change(string type, Guid uuid, JsonObject content)
    {
        var revision = Revision.First();
        return new Change(type, uuid, revision, Deleted: false, WireRecord.ToAnswer(uuid, revision, "cloud", content, null));
    }

    public sealed class Pi : PiModules
    {
        internal Guid? Poison { get; set; }

        protected override void Configure(IServiceCollection services) =>
            services.AddStumbling<ApplyReferenceRecords, IReadOnlyList<RecordOutcome>>(a => a.Records.Any(r => r.ClientUuid == Poison));

        protected override async Task StartedAsync() => await Send(new PrepareDevice());

        internal Task<List<HeldChange>> HeldAsync() =>
            InScope(services => services.GetRequiredService<SyncDbContext>().HeldChanges.AsNoTracking().OrderBy(h => h.Id).ToListAsync());

        internal Task<string?> CursorAsync() =>
            InScope(services => services.GetRequiredService<SyncDbContext>().ThisDevice.Select(d => d.Cursor).SingleAsync());
    }
}
