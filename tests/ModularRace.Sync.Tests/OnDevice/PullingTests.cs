using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Records;
using ModularRace.Sync.Features.OnDevice.Pairing;
using ModularRace.Sync.Features.OnDevice.Pulling;
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
