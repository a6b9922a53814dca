using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain.Archive;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Stick;
using ModularRace.Sync.Features.OnDevice.Journaling;
using ModularRace.Sync.Features.OnDevice.Pairing;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>For the day on which the card dies: what is committed is on the stick too, and a stick that fails harms nothing.</summary>
public sealed class StickTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modularrace-stick-").FullName;
    private readonly ECDiffieHellman cloud = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        cloud.Dispose();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Each_commit_is_on_the_stick_a_stick_that_was_out_catches_up_and_a_torn_end_costs_nothing()
    {
        await using var pi = await PiAsync();
        var waiting = await pi.SayAsync();
        using var journal = pi.Journal();
        Assert.Equal("starting", journal.Read()!.State); // not "ok": nothing has been looked at
        await journal.StartAsync(CancellationToken.None);
        await UntilAsync(journal, 1);
        Assert.Equal([waiting], await ReadAsync());

        var next = await pi.SayAsync();
        journal.Committed([next]);
        await UntilAsync(journal, 2);
        Assert.Equal([waiting, next], await ReadAsync());

        // Pulled out: told, and nothing else happens; what is made meanwhile is there when it is back.
        var file = Assert.Single(Directory.GetFiles(folder));
        Directory.Move(folder, folder + "-out");
        var meanwhile = await pi.SayAsync();
        journal.Committed([meanwhile]);
        while (journal.Read()!.State != "missing") await Task.Delay(20);
        Directory.Move(folder + "-out", folder);
        while (journal.Read()!.State != "ok" || !(await ReadAsync()).Contains(meanwhile)) await Task.Delay(20);
        await journal.StopAsync(CancellationToken.None);

        // The power went while the last frame was written.
        await using (var torn = new FileStream(file, FileMode.Append)) await torn.WriteAsync(new byte[] { 0, 0, 1, 0, 7, 7, 7 });
        var last = await pi.SayAsync();
        using var again = pi.Journal();
        await again.StartAsync(CancellationToken.None);
        while (!(await ReadAsync()).Contains(last)) await Task.Delay(20);
        await again.StopAsync(CancellationToken.None);
        Assert.Equal(new HashSet<Guid> { waiting, next, meanwhile, last }, (await ReadAsync()).ToHashSet());
    }

    [Fact]
    public async Task A_Pi_that_knows_no_cloud_says_so_and_without_a_setting_there_is_no_stick()
    {
        await using var pi = await PiAsync(paired: false);
        using var journal = pi.Journal();
        await journal.StartAsync(CancellationToken.None);
        while (journal.Read()!.State != "no_key") await Task.Delay(20);
        await journal.StopAsync(CancellationToken.None);
        Assert.Empty(Directory.GetFiles(folder));
        Assert.Null(pi.Services.GetRequiredService<StickJournal>().Read());
    }

    [Theory, InlineData(28, "full"), InlineData(30, "read_only"), InlineData(5, "failed")]
    public void What_a_stick_refuses_is_told_in_words(int error, string state) => Assert.Equal(state, StickFault.Of(new IOException("No.", error)).State);

    [Fact]
    public void A_folder_where_sticks_are_mounted_is_none_while_nothing_is_mounted_there() =>
        Assert.False(new StickFolder(new DeviceSettings(null, TimeSpan.FromMinutes(5), null, null, "/mnt/")).IsThere);

    private async Task UntilAsync(StickJournal journal, int records)
    {
        while (journal.Read() is not { State: "ok", Waiting: 0 } || (await ReadAsync()).Count < records) await Task.Delay(20);
    }

    /// <summary>What the cloud would read on the stick.</summary>
    private async Task<List<Guid>> ReadAsync()
    {
        var uuids = new List<Guid>();
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new ArchiveReader(file);
            while (await reader.NextSegmentAsync(CancellationToken.None) is not null)
            {
                reader.Open(cloud);
                while (await reader.NextFrameAsync(CancellationToken.None) is { } frame)
                    uuids.AddRange(System.Text.Json.JsonDocument.Parse(frame.Body).RootElement.GetProperty("records").EnumerateArray().Select(r => r.GetProperty("client_uuid").GetGuid()));
            }
        }

        return uuids;
    }

    private async Task<Pi> PiAsync(bool paired = true)
    {
        var pi = new Pi(folder);
        await pi.InitializeAsync();
        await pi.Send(new PrepareDevice());
        if (paired)
            await pi.Send(new StorePairing(new Uri("https://race.example.org"), new PairAnswer(Uuids.New(pi.Time), "Pi Start", false, "token", "", Convert.ToBase64String(cloud.ExportSubjectPublicKeyInfo()))));
        return pi;
    }

    private sealed class Pi(string folder) : PiModules
    {
        protected override void Configure(IServiceCollection services)
        {
            services.AddScoped<MediatR.IRequestHandler<QueueTests.SayChanged, Shared.Messaging.Done>, QueueTests.SayChangedHandler>();
            services.AddSingleton<IBootClock>(new FakeBoot());
        }

        public StickJournal Journal()
        {
            var stick = new StickFolder(Services.GetRequiredService<DeviceSettings>() with { StickPath = folder });
            var writer = new JournalWriter(stick, Services.GetRequiredService<SigningKey>(), Services.GetRequiredService<ScopedSender>(), TimeProvider.System);
            return new StickJournal(stick, writer, TimeProvider.System, NullLogger<StickJournal>.Instance);
        }

        public async Task<Guid> SayAsync()
        {
            var record = new RecordVersion(RecordTypes.Report, Uuids.New(TimeProvider.System), Revision.First(), "x", null, null, false, new() { ["bib_number"] = 12, ["occurred_at"] = "2026-02-08T08:00:00.000Z" });
            await Send(new QueueTests.SayChanged([record], ChangeSource.Local));
            return record.ClientUuid;
        }
    }
}
