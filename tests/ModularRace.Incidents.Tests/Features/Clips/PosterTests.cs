using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Clips;
using ModularRace.Incidents.Features.Reading;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Tests.Features.Clips;

/// <summary>A cloud with ffmpeg and ffprobe.</summary>
public sealed class WithFilmTools : CloudModules
{
    private FilmPrograms programs = new(null, null);

    public override async ValueTask InitializeAsync()
    {
        var (ffmpeg, ffprobe) = await FilmTools.GetAsync();
        programs = new FilmPrograms(ffmpeg, ffprobe);
        await base.InitializeAsync();
    }

    protected override void Configure(IServiceCollection services) => services.Replace(ServiceDescriptor.Singleton(programs));
}

/// <summary>Pictures and lengths by the real programs; and what comes of it where they are not there.</summary>
public sealed class PosterTests(WithFilmTools modules) : IClassFixture<WithFilmTools>
{
    private const string H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";

    private string Folder => Path.Combine(modules.Services.GetRequiredService<ClipSettings>().Directory, "cloud");

    [Fact]
    public async Task A_clip_gets_a_picture_that_is_served_to_who_may_see_it_and_goes_with_it()
    {
        var course = await Course.Of(modules);
        var reported = await course.Report(bib: 3);
        var report = reported.Report.ClientUuid;
        var sha256 = await SendAsync(course, report, await FilmTools.FilmAsync(H264, "640x360"));
        await course.Refused(new ServePoster(report), 404, "not_found");
        Assert.Equal((true, false), await SeenAsync(report));

        Assert.True(await modules.Send(new MakePosters()) >= 1);
        Assert.Equal((true, true), await SeenAsync(report));
        var poster = await modules.Send(new ServePoster(report));
        await using (poster.Jpeg)
        {
            using var bytes = new MemoryStream();
            await poster.Jpeg.CopyToAsync(bytes, TestContext.Current.CancellationToken);
            Assert.Equal((640, 360), Size(bytes.ToArray()));
        }

        // Not official yet: no viewer sees it (R15).
        Assert.Equal(404, (await Assert.ThrowsAsync<Problem>(() => modules.Send(new ServePoster(report), course.Viewer))).Status);

        await modules.Sql.ExecuteAsync($"UPDATE incidents.reports SET clip_sha256 = NULL, clip_size_bytes = NULL, clip_content_type = NULL, clip_duration_ms = NULL WHERE client_uuid = '{report}'");
        await modules.Sql.ExecuteAsync($"UPDATE sync.record_edits SET content = content - 'clip' WHERE client_uuid = '{report}'");
        await modules.Sql.ExecuteAsync($"DELETE FROM incidents.clip_uploads WHERE report_uuid = '{report}'");
        Assert.Equal(2, Files(sha256).Length);
        Assert.True(await modules.Send(new DropClip(sha256)));
        Assert.Empty(Files(sha256));
    }

    [Fact]
    public async Task WebM_of_a_browser_gets_one_too_and_noise_in_a_videos_shape_gets_none_and_holds_up_no_other()
    {
        var course = await Course.Of(modules);
        var (live, noise) = ((await course.Report(bib: 5)).Report.ClientUuid, (await course.Report(bib: 6)).Report.ClientUuid);
        await SendAsync(course, live, await FilmTools.FilmAsync("-c:v libvpx -live 1 -f webm", extension: "webm"));
        var shape = await SendAsync(course, noise, ClipFiles.Mp4(60_000, seed: 41));
        for (var again = 0; again < 5; again++) await modules.Send(new MakePosters());
        Assert.Equal((true, true), await SeenAsync(live));
        Assert.Equal((true, false), await SeenAsync(noise));
        Assert.Equal(3, (await modules.Sql.QueryAsync<int>($"SELECT poster_tries FROM incidents.clips WHERE sha256 = '{shape}'")).Single());
    }

    [Fact]
    public async Task A_length_that_the_head_does_not_tell_is_measured_and_one_that_is_too_long_is_refused()
    {
        var course = await Course.Of(modules);
        var (kept, refused) = ((await course.Report(bib: 7)).Report.ClientUuid, (await course.Report(bib: 8)).Report.ClientUuid);
        var headless = $"{H264} -movflags frag_keyframe+empty_moov+default_base_moof";
        var clip = await FilmTools.FilmAsync(headless, seconds: 5);
        Assert.Equal(new ClipJudgement(ClipFormat.Mp4, null, null), ClipFormat.Judge(new MemoryStream(clip)));
        await SendAsync(course, kept, clip);
        Assert.InRange((await ClipOfAsync(kept)).DurationMs!.Value, 4900, 5100);

        var longer = await FilmTools.FilmAsync(headless, "64x48", seconds: 130);
        var fault = await Assert.ThrowsAsync<Problem>(() => SendAsync(course, refused, longer));
        Assert.Equal((415, "clip_refused"), (fault.Status, fault.Code));
        Assert.Contains("longer than 120 seconds", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>A video whose data lies elsewhere, or that is a list of others, is never looked into: not even by the programs.</summary>
    [Fact]
    public async Task The_programs_open_nothing_but_the_file_itself()
    {
        var look = modules.Services.GetRequiredService<FilmLook>();
        var secret = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.mp4");
        var list = secret + ".m3u8";
        try
        {
            await File.WriteAllBytesAsync(secret, await FilmTools.FilmAsync(H264), TestContext.Current.CancellationToken);
            Assert.NotNull(await look.PosterAsync(secret, ClipFormat.Mp4, null, TestContext.Current.CancellationToken));
            foreach (var text in new[] { $"#EXTM3U\n#EXTINF:4,\n{secret}\n", $"ffconcat version 1.0\nfile '{secret}'\n" })
            {
                await File.WriteAllTextAsync(list, text, TestContext.Current.CancellationToken);
                foreach (var type in new[] { ClipFormat.Mp4, ClipFormat.WebM })
                {
                    Assert.Null(await look.PosterAsync(list, type, 1000, TestContext.Current.CancellationToken));
                    Assert.Null(await look.MeasureAsync(list, type, TestContext.Current.CancellationToken));
                }
            }
        }
        finally
        {
            File.Delete(secret);
            File.Delete(list);
        }
    }

    [Fact]
    public async Task A_program_that_hangs_writes_too_much_or_takes_too_much_memory_is_ended_and_sees_no_setting()
    {
        var (second, now) = (TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.Null(await RunAsync("sleep 600", second));
        Assert.Null(await RunAsync("yes", TimeSpan.FromMinutes(1)));
        Assert.Null(await RunAsync("tail -c 3000000000 /dev/zero | tail -c 2900000000 | wc -c | grep 2900000000", TimeSpan.FromMinutes(1)));
        Assert.Null(await RunAsync("echo a >\"$(mktemp)\" && echo written", TimeSpan.FromMinutes(1)));
        Environment.SetEnvironmentVariable("MR_TEST_PASSWORD", "hunter2");
        var seen = await RunAsync("env; nice; cat /proc/self/oom_score_adj", TimeSpan.FromMinutes(1));
        Assert.DoesNotContain("hunter2", seen, StringComparison.Ordinal);
        Assert.EndsWith("19\n1000\n", seen, StringComparison.Ordinal);
        Assert.Null(await BoundedProgram.RunAsync("/nowhere/ffmpeg", [], second, 1000, now));

        async Task<string?> RunAsync(string command, TimeSpan patience) =>
            await BoundedProgram.RunAsync("/bin/sh", ["-c", command], patience, 100_000, now) is { } said ? System.Text.Encoding.UTF8.GetString(said) : null;
    }

    [Fact]
    public async Task Where_the_programs_are_not_there_nothing_is_known_and_nothing_fails()
    {
        var look = new FilmLook(new FilmPrograms(null, null));
        Assert.False(look.MakesPosters);
        Assert.Null(await look.MeasureAsync("/nowhere", ClipFormat.Mp4, TestContext.Current.CancellationToken));
        Assert.Null(await look.PosterAsync("/nowhere", ClipFormat.Mp4, 1000, TestContext.Current.CancellationToken));
    }

    private async Task<(bool Here, bool Poster)> SeenAsync(Guid report)
    {
        var clip = await ClipOfAsync(report);
        return (clip.Here, clip.Poster);
    }

    private async Task<ModularRace.Incidents.Contracts.ClipView> ClipOfAsync(Guid report)
    {
        var incident = (await modules.Sql.QueryAsync<Guid>($"SELECT incident_uuid FROM incidents.reports WHERE client_uuid = '{report}'")).Single();
        return (await modules.Send(new ModularRace.Incidents.Contracts.ReadIncident(incident))).Reports.Single(r => r.ClientUuid == report).Clip!;
    }

    private static async Task<string> SendAsync(Course course, Guid report, byte[] clip)
    {
        var begun = await course.Send(new BeginClip(report, clip.Length, null));
        await course.Send(new WriteClip(begun.UploadUuid, 0, null, clip.Length, new MemoryStream(clip)));
        return ClipFiles.Sha256(clip);
    }

    private string[] Files(string sha256) => Directory.GetFiles(Path.Combine(Folder, sha256[..2]), $"{sha256}*");

    /// <summary>Width and height, from the JPEG's frame header.</summary>
    private static (int Width, int Height) Size(byte[] jpeg)
    {
        for (var at = 2; at < jpeg.Length; at += 2 + (jpeg[at + 2] << 8) + jpeg[at + 3])
            if (jpeg[at + 1] is 0xC0 or 0xC2) return ((jpeg[at + 7] << 8) + jpeg[at + 8], (jpeg[at + 5] << 8) + jpeg[at + 6]);
        return default;
    }
}
