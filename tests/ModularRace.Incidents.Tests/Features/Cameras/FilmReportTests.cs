using Microsoft.Extensions.DependencyInjection;
using ModularRace.Incidents.Domain.Cameras;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Cameras;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Tests.Features.Cameras;

/// <summary>What the camera saw of a tap becomes its report's clip.</summary>
public sealed class FilmReportTests(PiWithCameras pi) : IClassFixture<PiWithCameras>
{
    [Fact]
    public async Task One_touch_takes_ten_seconds_before_the_tap_and_five_after_as_a_clip_that_plays()
    {
        await using var camera = await CameraServer.StartAsync();
        var filming = await Filming.OfAsync(pi, camera);
        await filming.BeginAsync();
        await filming.PassAsync(20);
        var report = await TapAsync(filming);
        await filming.PassAsync(2);

        var taking = FilmAsync(filming, report);
        await filming.PassAsync(2);
        Assert.False(taking.IsCompleted);
        await filming.PassAsync(3);
        var clip = await taking.WaitAsync(Filming.Patience, TestContext.Current.CancellationToken);
        // From the whole picture at or before, to the piece that has the last second.
        Assert.InRange(clip.DurationMs!.Value, 14_900, 17_000);

        var path = Path.Combine(pi.Services.GetRequiredService<ClipSettings>().Directory, "device", clip.Sha256[..2], clip.Sha256);
        await using (var file = File.OpenRead(path)) Assert.Equal(ClipFormat.Mp4, ClipFormat.Judge(file).ContentType);
        var look = new FilmLook(new FilmPrograms(FilmTools.OfThisMachine, FilmTools.OfThisMachine.Replace("ffmpeg", "ffprobe", StringComparison.Ordinal)));
        Assert.InRange((await look.MeasureAsync(path, ClipFormat.Mp4, TestContext.Current.CancellationToken))!.Value, 14_900, 17_000);
        Assert.NotNull(await look.PosterAsync(path, ClipFormat.Mp4, clip.DurationMs, TestContext.Current.CancellationToken));

        // The road of any other: it waits for the cloud, and the report names it.
        Assert.Equal([clip.Sha256], await pi.Sql.QueryAsync<string>($"SELECT clip_sha256 FROM incidents.reports WHERE client_uuid = '{report}'"));
        Assert.Equal([clip.Sha256], await pi.Sql.QueryAsync<string>($"SELECT sha256 FROM sync.clip_transfers WHERE report_uuid = '{report}'"));
        Assert.Equal(["pending"], await pi.Sql.QueryAsync<string>($"SELECT state FROM incidents.clips WHERE sha256 = '{clip.Sha256}'"));
        Assert.Empty(Cutting);
        await RefusedAsync(() => FilmAsync(filming, report), "clip_exists");
        await pi.Cameras.EndAllAsync();
    }

    [Fact]
    public async Task Taps_close_to_each_other_each_get_their_own()
    {
        await using var camera = await CameraServer.StartAsync();
        var filming = await Filming.OfAsync(pi, camera);
        await filming.BeginAsync();
        await filming.PassAsync(12);
        var first = await TapAsync(filming, bib: 1);
        var takingFirst = FilmAsync(filming, first);
        await filming.PassAsync(3);
        var second = await TapAsync(filming, bib: 2);
        var takingSecond = FilmAsync(filming, second);
        await filming.PassAsync(7);
        var (one, other) = (await takingFirst.WaitAsync(Filming.Patience, TestContext.Current.CancellationToken), await takingSecond.WaitAsync(Filming.Patience, TestContext.Current.CancellationToken));
        Assert.NotEqual(one.Sha256, other.Sha256);
        Assert.Equal((first, second), (one.ReportUuid, other.ReportUuid));
        await pi.Cameras.EndAllAsync();
    }

    [Fact]
    public async Task A_tap_that_is_taken_back_meanwhile_gets_none_and_nothing_of_it_stays()
    {
        await using var camera = await CameraServer.StartAsync();
        var filming = await Filming.OfAsync(pi, camera);
        await filming.BeginAsync();
        await filming.PassAsync(3);
        var report = await TapAsync(filming);
        var taking = FilmAsync(filming, report);
        await filming.Course.Send(new WithdrawReport { ReportUuid = report });
        await filming.PassAsync(7);
        await RefusedAsync(() => taking.WaitAsync(Filming.Patience), "report_withdrawn");
        Assert.Empty(Cutting);
        Assert.Empty(await pi.Sql.QueryAsync<Guid>($"SELECT upload_uuid FROM incidents.clip_uploads WHERE report_uuid = '{report}'"));
        await pi.Cameras.EndAllAsync();
    }

    [Fact]
    public async Task Where_the_camera_goes_away_within_the_five_seconds_what_is_there_is_taken()
    {
        await using var camera = await CameraServer.StartAsync();
        var filming = await Filming.OfAsync(pi, camera);
        await filming.BeginAsync();
        await filming.PassAsync(12);
        var report = await TapAsync(filming);
        var taking = FilmAsync(filming, report);
        camera.GoAway();
        await filming.StandsAsync(CameraStates.NoAnswer);
        pi.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.InRange((await taking.WaitAsync(Filming.Patience, TestContext.Current.CancellationToken)).DurationMs!.Value, 8_000, 12_000);
        await pi.Cameras.EndAllAsync();
    }

    [Fact]
    public async Task What_a_killed_host_had_kept_is_taken_by_the_next()
    {
        await using var camera = await CameraServer.StartAsync();
        var filming = await Filming.OfAsync(pi, camera);
        await filming.BeginAsync();
        await filming.PassAsync(12);
        var report = await TapAsync(filming);
        await filming.PassAsync(6);
        var left = Directory.GetFiles(filming.Folder).ToDictionary(f => f, File.ReadAllBytes);
        await pi.Cameras.EndAllAsync();
        camera.GoAway();
        Directory.CreateDirectory(filming.Folder);
        foreach (var (name, bytes) in left) await File.WriteAllBytesAsync(name, bytes, TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(pi.Folder, "cutting"));
        await File.WriteAllTextAsync(Path.Combine(pi.Folder, "cutting", "half.mp4"), "half", TestContext.Current.CancellationToken);

        await pi.Cameras.StartAsync(TestContext.Current.CancellationToken);
        Assert.Empty(Cutting);
        Assert.InRange((await FilmAsync(filming, report).WaitAsync(Filming.Patience, TestContext.Current.CancellationToken)).DurationMs!.Value, 14_900, 17_000);
        await pi.Cameras.EndAllAsync();
    }

    [Fact]
    public async Task What_the_ring_has_no_more_is_told_and_so_is_a_place_without_a_camera()
    {
        await using var camera = await CameraServer.StartAsync();
        var filming = await Filming.OfAsync(pi, camera);
        await filming.BeginAsync();
        await filming.PassAsync(3);
        var report = await TapAsync(filming);
        pi.Time.Advance(TimeSpan.FromSeconds(100));
        await filming.PassAsync(2);
        await RefusedAsync(() => FilmAsync(filming, report), "film_gone");

        var elsewhere = (await filming.Course.Send(new ReportIncident(filming.Course.Race, filming.Course.Finish, 5))).Answer.Report.ClientUuid;
        await RefusedAsync(() => FilmAsync(filming, elsewhere), "no_camera");
        Assert.Equal(403, (await Assert.ThrowsAsync<Problem>(() => pi.Send(new FilmReport(report), filming.Course.Viewer))).Status);
        Assert.Equal(404, (await Assert.ThrowsAsync<Problem>(() => pi.Send(new FilmReport(filming.Course.Race)))).Status);
        await pi.Cameras.EndAllAsync();
    }

    [Fact]
    public async Task A_tap_of_another_boot_gets_nothing_of_what_this_one_filmed_at_the_same_reading()
    {
        await using var camera = await CameraServer.StartAsync();
        var filming = await Filming.OfAsync(pi, camera);
        await filming.BeginAsync();
        await filming.PassAsync(3);
        var report = await TapAsync(filming);
        await filming.PassAsync(7);
        await pi.Sql.ExecuteAsync("UPDATE incidents.reports SET boot_id = $1 WHERE client_uuid = $2", Guid.Empty, report);
        await RefusedAsync(() => FilmAsync(filming, report), "film_gone");
        await pi.Sql.ExecuteAsync("UPDATE incidents.reports SET boot_id = $1 WHERE client_uuid = $2", PiWithCameras.Boot, report);
        await FilmAsync(filming, report).WaitAsync(Filming.Patience, TestContext.Current.CancellationToken);
        await pi.Cameras.EndAllAsync();
    }

    private string[] Cutting => Directory.Exists(Path.Combine(pi.Folder, "cutting")) ? Directory.GetFiles(Path.Combine(pi.Folder, "cutting")) : [];

    private static async Task<Guid> TapAsync(Filming filming, int bib = 12) =>
        (await filming.Course.Send(new ReportIncident(filming.Course.Race, filming.Course.Gate, bib))).Answer.Report.ClientUuid;

    private Task<FilmedClip> FilmAsync(Filming filming, Guid report) => pi.Send(new FilmReport(report), filming.Course.Referee);

    private static async Task RefusedAsync(Func<Task> action, string code) => Assert.Equal(code, (await Assert.ThrowsAsync<Problem>(action)).Code);
}
