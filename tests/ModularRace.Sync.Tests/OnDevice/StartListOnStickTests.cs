using System.Diagnostics;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Stick;
using ModularRace.Sync.Features.OnDevice.StartLists;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>A stick comes from anybody: its start lists are read, and nothing else of it or of this machine.</summary>
public sealed class StartListOnStickTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("modularrace-stick-").FullName;

    public void Dispose()
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Its_csv_files_are_listed_newest_first_and_read_to_the_byte()
    {
        var lists = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["start.csv"] = [0xEF, 0xBB, 0xBF, .. "bib,first_name\r\n1,Jürg\r\n"u8],
            ["Übung ❄ <img src=x>.CSV"] = "a"u8.ToArray(),
            ["as windows has it.csv"] = [0xFC, 0],
        };
        var age = 0;
        foreach (var (name, bytes) in lists) await PutAsync(name, bytes, age++);
        await PutAsync("notes.txt", [1], 0);

        var listed = (await ListAsync()).Items;
        Assert.Equal(lists.Keys, listed.Select(f => f.Name));
        Assert.Equal(lists.Values.Select(b => (long)b.Length), listed.Select(f => f.SizeBytes));
        Assert.True(listed[0].ChangedAt > listed[1].ChangedAt);
        foreach (var (name, bytes) in lists) Assert.Equal(bytes, (await ReadAsync(name)).Csv);
    }

    [Fact]
    public async Task Nothing_else_is_listed_or_read_whatever_it_is_called()
    {
        var secret = Path.Combine(Path.GetTempPath(), $"secret-{Path.GetFileName(folder)}.csv");
        await File.WriteAllTextAsync(secret, "secret");
        try
        {
            await PutAsync("good.csv", [1], 0);
            await PutAsync(".hidden.csv", [1], 0);
            await PutAsync("empty.csv", [], 0);
            await PutAsync("notes.txt", [1], 0);
            Directory.CreateDirectory(Path.Combine(folder, "folder.csv"));
            await File.WriteAllTextAsync(Path.Combine(folder, "folder.csv", "in.csv"), "x");
            File.CreateSymbolicLink(Path.Combine(folder, "link.csv"), secret);
            File.CreateSymbolicLink(Path.Combine(folder, "dangling.csv"), secret + ".none");
            using (var pipe = Process.Start("mkfifo", [Path.Combine(folder, "pipe.csv")])) await pipe.WaitForExitAsync(TestContext.Current.CancellationToken); // to read it would never end
            Assert.Equal(7, Directory.GetFiles(folder).Length);
            Assert.Equal(["good.csv"], (await ListAsync()).Items.Select(f => f.Name));
            foreach (var name in new[]
            {
                "link.csv", "dangling.csv", "pipe.csv", ".hidden.csv", "empty.csv", "notes.txt", "folder.csv", "folder.csv/in.csv", "GOOD.csv", "good.csv\0", "../good.csv", "./good.csv", secret,
                $"../{Path.GetFileName(secret)}", "/etc/passwd", "*.csv", " ", new string('x', 100_000),
            })
                Assert.Equal((404, "not_found"), await RefusedAsync(() => ReadAsync(name)));
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [Fact]
    public async Task What_is_larger_than_a_start_list_is_refused_unread()
    {
        await using (var file = File.Create(Path.Combine(folder, "most.csv"))) file.SetLength(5 << 20);
        await using (var file = File.Create(Path.Combine(folder, "large.csv"))) file.SetLength(4L << 30);
        Assert.Equal(5 << 20, (await ReadAsync("most.csv")).Csv.Length);
        Assert.Equal((413, "payload_too_large"), await RefusedAsync(() => ReadAsync("large.csv")));
    }

    [Fact]
    public async Task A_stick_with_thousands_of_files_is_cut_short_and_one_that_is_out_is_said()
    {
        for (var n = 0; n < 200; n++) await PutAsync($"{n}.csv", [1], n);
        Assert.Equal(Enumerable.Range(0, 60).Select(n => $"{n}.csv"), (await ListAsync()).Items.Select(f => f.Name));
        Directory.Delete(folder, recursive: true);
        Assert.Equal((409, "no_stick"), await RefusedAsync(ListAsync));
        Assert.Equal((409, "no_stick"), await RefusedAsync(() => ReadAsync("0.csv")));
    }

    private StickFolder Stick => new(new DeviceSettings(null, TimeSpan.FromMinutes(5), null, null, folder));

    private Task<StickStartLists> ListAsync() => new ListStickStartListsHandler(Stick).Handle(new ListStickStartLists(), TestContext.Current.CancellationToken);

    private Task<StickCsv> ReadAsync(string name) => new ReadStickStartListHandler(Stick).Handle(new ReadStickStartList(name), TestContext.Current.CancellationToken);

    private async Task PutAsync(string name, byte[] bytes, int minutesOld)
    {
        var path = Path.Combine(folder, name);
        await File.WriteAllBytesAsync(path, bytes);
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 2, 8, 8, 0, 0, DateTimeKind.Utc).AddMinutes(-minutesOld));
    }

    private static async Task<(int, string)> RefusedAsync(Func<Task> send)
    {
        var refused = await Assert.ThrowsAsync<Problem>(send);
        return (refused.Status, refused.Code);
    }
}
