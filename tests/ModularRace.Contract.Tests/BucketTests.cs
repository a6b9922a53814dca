using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary>Clips in an S3 bucket, with two replicas that share nothing else but their database; a real S3 server.</summary>
public sealed class BucketTests(BucketTests.TwoReplicas cloud) : IClassFixture<BucketTests.TwoReplicas>
{
    [Fact]
    public async Task A_clip_goes_on_at_another_replica_and_is_served_by_each_with_its_picture()
    {
        var clip = await FilmTools.FilmAsync("-c:v libx264 -preset ultrafast -pix_fmt yuv420p -b:v 2M", "640x360");
        var report = await cloud.ReportAsync();
        using var begun = await cloud.One.Admin.BeginClip(report, clip.Length, ClipFiles.Sha256(clip));
        var location = begun.Headers.Location!.ToString();
        var (first, second) = (clip.Length / 3, clip.Length * 2 / 3);

        using var one = await cloud.One.Admin.PatchClip(location, 0, clip[..first]);
        using var head = await cloud.Other.Admin.HeadClip(location);
        Assert.Equal((first, first), (one.Offset(), head.Offset()));
        using var wrong = await cloud.Other.Admin.PatchClip(location, first, clip[first..second], SHA256.HashData([1]));
        Assert.Equal(460, (int)wrong.StatusCode);
        using var two = await cloud.Other.Admin.PatchClip(location, first, clip[first..second], SHA256.HashData(clip.AsSpan(first..second)));
        Assert.Equal(second, two.Offset());
        using var last = await cloud.One.Admin.PatchClip(location, second, clip[second..]);
        Assert.Equal((HttpStatusCode.NoContent, clip.Length), (last.StatusCode, last.Offset()));

        foreach (var replica in new[] { cloud.One, cloud.Other })
        {
            Assert.Equal(clip, await replica.Admin.GetByteArrayAsync($"api/v1/reports/{report}/clip"));
            using var asked = new HttpRequestMessage(HttpMethod.Get, $"api/v1/reports/{report}/clip") { Headers = { Range = new RangeHeaderValue(1000, 1999) } };
            using var part = await replica.Admin.SendAsync(asked);
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal(clip[1000..2000], await part.Content.ReadAsByteArrayAsync());
            using var end = new HttpRequestMessage(HttpMethod.Get, $"api/v1/reports/{report}/clip") { Headers = { Range = new RangeHeaderValue(null, 500) } };
            using var tail = await replica.Admin.SendAsync(end);
            Assert.Equal(clip[^500..], await tail.Content.ReadAsByteArrayAsync());
        }

        var sha256 = ClipFiles.Sha256(clip);
        await cloud.UntilAsync(() => cloud.Store.Keys().Contains($"{sha256[..2]}/{sha256}.jpg"));
        await cloud.UntilAsync(async () => (bool)(await cloud.ClipOf(report))["poster"]!);
        Assert.Equal([0xFF, 0xD8, 0xFF], (await cloud.Other.Admin.GetByteArrayAsync($"api/v1/reports/{report}/clip/poster"))[..3]);
        // What came in pieces lies there once, whole.
        await cloud.UntilAsync(() => !cloud.Store.Keys().Any(key => key.StartsWith("incoming/", StringComparison.Ordinal)));
        Assert.Equal([$"{sha256[..2]}/{sha256}", $"{sha256[..2]}/{sha256}.jpg"], cloud.Store.Keys().Where(key => key.Contains(sha256, StringComparison.Ordinal)));
        await cloud.UntilAsync(() => cloud.ScratchFiles().Length == 0);
    }

    [Fact]
    public async Task Another_content_than_announced_is_not_kept_and_comes_right_from_its_beginning()
    {
        var clip = ClipFiles.Mp4(200_000, seed: 91);
        var report = await cloud.ReportAsync();
        using var begun = await cloud.One.Admin.BeginClip(report, clip.Length, ClipFiles.Sha256(clip));
        var location = begun.Headers.Location!.ToString();
        var other = (byte[])clip.Clone();
        other[150_000] ^= 1;
        using var first = await cloud.One.Admin.PatchClip(location, 0, other[..100_000]);
        using var wrong = await cloud.Other.Admin.PatchClip(location, 100_000, other[100_000..]);
        Assert.Equal(460, (int)wrong.StatusCode);
        using var head = await cloud.One.Admin.HeadClip(location);
        Assert.Equal(0, head.Offset());
        Assert.DoesNotContain(cloud.Store.Keys(), key => key.Contains(ClipFiles.Sha256(other), StringComparison.Ordinal));

        using var right = await cloud.One.Admin.PatchClip(location, 0, clip);
        Assert.Equal(HttpStatusCode.NoContent, right.StatusCode);
        Assert.Equal(clip, await cloud.Other.Admin.GetByteArrayAsync($"api/v1/reports/{report}/clip"));
    }

    [Fact]
    public async Task A_replica_that_dies_within_an_upload_is_gone_on_from_by_the_other()
    {
        var clip = ClipFiles.WebM(6_000_000, seed: 92);
        var report = await cloud.ReportAsync();
        using var begun = await cloud.Other.Admin.BeginClip(report, clip.Length, ClipFiles.Sha256(clip));
        var location = begun.Headers.Location!.ToString();
        // 4 MB come, and the rest of the request never: what was noted of them counts, wherever it is asked for.
        using var hanging = new HangingContent(clip, 4_000_000);
        var request = cloud.Other.Admin.PatchClip(location, 0, hanging);
        await cloud.UntilAsync(async () =>
        {
            using var noted = await cloud.One.Admin.HeadClip(location);
            return noted.Offset() > 0;
        });
        await cloud.Other.KillAsync();
        hanging.GiveUp();
        await Assert.ThrowsAnyAsync<Exception>(() => request);
        Assert.NotEmpty(cloud.ScratchFiles());

        using var head = await cloud.One.Admin.HeadClip(location);
        Assert.InRange(head.Offset(), 1, 4_000_000);
        using var rest = await cloud.One.Admin.PatchClip(location, head.Offset(), clip[(int)head.Offset()..]);
        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        await cloud.Other.StartAsync();
        Assert.Equal(clip, await cloud.Other.Admin.GetByteArrayAsync($"api/v1/reports/{report}/clip"));
        await cloud.UntilAsync(() => cloud.ScratchFiles().Length == 0);
    }

    [Fact]
    public async Task While_the_bucket_is_away_reports_are_taken_and_clips_wait()
    {
        var clip = ClipFiles.Mp4(300_000, seed: 93);
        var report = await cloud.ReportAsync();
        using var begun = await cloud.One.Admin.BeginClip(report, clip.Length, ClipFiles.Sha256(clip));
        var location = begun.Headers.Location!.ToString();
        using var first = await cloud.One.Admin.PatchClip(location, 0, clip[..100_000]);
        Assert.Equal(100_000, first.Offset());

        await cloud.Store.KillAsync();
        using var away = await cloud.One.Admin.PatchClip(location, 100_000, clip[100_000..]);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "clip_store_unreachable", true), (away.StatusCode, JsonNode.Parse(await away.Content.ReadAsStringAsync())!.Of("code"), away.Headers.RetryAfter is not null));
        Assert.NotNull(await cloud.ReportAsync());

        await cloud.Store.StartAsync();
        using var head = await cloud.One.Admin.HeadClip(location);
        Assert.Equal(100_000, head.Offset());
        using var rest = await cloud.One.Admin.PatchClip(location, 100_000, clip[100_000..]);
        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        Assert.Equal(clip, await cloud.Other.Admin.GetByteArrayAsync($"api/v1/reports/{report}/clip"));
    }

    public sealed class TwoReplicas : IAsyncLifetime
    {
        private readonly string[] folders = [Directory.CreateTempSubdirectory("modularrace-one-").FullName, Directory.CreateTempSubdirectory("modularrace-other-").FullName];
        private string race = "", competition = "";
        private int bib = 100;

        public BucketServer Store { get; } = new();

        public RunningHost One { get; } = new RunningCloud();

        public RunningHost Other { get; } = new RunningCloud();

        public async ValueTask InitializeAsync()
        {
            await Store.InitializeAsync();
            var (ffmpeg, ffprobe) = await FilmTools.GetAsync();
            foreach (var (replica, folder) in new[] { (One, folders[0]), (Other, folders[1]) })
            {
                foreach (var (name, value) in Store.Settings) replica.Settings[name] = value;
                (replica.Settings["Clips__Ffmpeg"], replica.Settings["Clips__Ffprobe"], replica.Settings["Clips__Directory"]) = (ffmpeg, ffprobe, folder);
            }

            await One.InitializeAsync();
            Other.Database = One.Database;
            await Other.InitializeAsync();
            competition = (await One.Admin.Good("POST", "/competitions", Season.CompetitionBody("Bucket"), 201)).Of("client_uuid");
            race = (await One.Admin.Good("POST", $"/competitions/{competition}/races", new { name = "Final", discipline = "individual" }, 201)).Of("client_uuid");
        }

        public async Task<string> ReportAsync() =>
            (await One.Admin.Good("POST", "/incidents", new { race_uuid = race, bib_number = Interlocked.Increment(ref bib), occurred_at = Season.At(0) }, 201))["report"]!.Of("client_uuid");

        public async Task<JsonNode> ClipOf(string report) =>
            (await One.Admin.All($"/races/{race}/incidents")).SelectMany(i => i["reports"]!.AsArray()).Single(r => r!.Of("client_uuid") == report)!["clip"]!;

        public string[] ScratchFiles() => [.. folders.Select(f => Path.Combine(f, "scratch")).Where(Directory.Exists).SelectMany(Directory.EnumerateFiles)];

        public Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

        public async Task UntilAsync(Func<Task<bool>> holds)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            while (!await holds()) await Task.Delay(50, patience.Token);
        }

        public async ValueTask DisposeAsync()
        {
            await Other.DisposeAsync();
            await One.DisposeAsync();
            await Store.DisposeAsync();
            foreach (var folder in folders) Directory.Delete(folder, recursive: true);
        }
    }
}
