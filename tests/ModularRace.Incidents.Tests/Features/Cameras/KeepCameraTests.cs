using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain.Cameras;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Cameras;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Tests.Features.Cameras;

/// <summary>The last minute of a real stream, by the real ffmpeg.</summary>
public sealed class KeepCameraTests(PiWithCameras pi) : IClassFixture<PiWithCameras>
{
    [Fact]
    public async Task The_last_minute_is_kept_and_no_more()
    {
        await using var camera = await CameraServer.StartAsync();
        var filming = await Filming.OfAsync(pi, camera);
        Assert.Equal("starting", (await filming.KeepAsync()).State);
        await filming.WatchedAsync();
        Assert.Equal("running", (await filming.KeepAsync()).State);

        await filming.PassAsync(30);
        Assert.True(filming.Pieces.Length >= 30);
        await filming.PassAsync(60);
        // 75 seconds, and the one that began before them.
        Assert.InRange(filming.Pieces.Length, 75, 77);
        Assert.Single(Directory.GetFiles(filming.Folder, "*.head"));
        Assert.DoesNotContain(Directory.GetFiles(filming.Folder), f => f.EndsWith(".new", StringComparison.Ordinal));
        Assert.Equal(1, camera.Connections);
        await pi.Cameras.EndAllAsync();
        Assert.False(Directory.Exists(pi.Folder));
    }

    [Fact]
    public async Task A_camera_over_TLS_is_filmed_with_too_though_nobody_signed_its_certificate()
    {
        await using var camera = await CameraServer.StartAsync(credentials: "viewer:hunter2", tls: true);
        var filming = await Filming.OfAsync(pi, camera);
        await filming.BeginAsync();
        await filming.PassAsync(3);
        Assert.Equal("running", (await filming.KeepAsync()).State);
        // It was TLS: in plain words this camera answers nobody.
        await filming.HangAsync(camera.Address.Replace("rtsps://", "rtsp://", StringComparison.Ordinal));
        await filming.KeepAsync();
        await filming.StandsAsync(CameraStates.NoAnswer);
        await pi.Cameras.EndAllAsync();
    }

    [Fact]
    public async Task A_camera_that_goes_away_is_told_once_and_filmed_with_again_when_it_is_back()
    {
        await using var camera = await CameraServer.StartAsync();
        var filming = await Filming.OfAsync(pi, camera);
        await filming.BeginAsync();
        await filming.PassAsync(3);
        var kept = filming.Pieces.Length;

        camera.GoAway();
        await filming.StandsAsync(CameraStates.NoAnswer);
        var told = await filming.KeepAsync();
        Assert.Equal("no_answer", told.State);
        // However often it was tried meanwhile, it stands so since the first time.
        pi.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(told, await filming.KeepAsync());

        camera.ComeBack();
        var watched = camera.WatchedAsync();
        while (!watched.IsCompleted)
        {
            pi.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.WhenAny(watched, Task.Delay(50, TestContext.Current.CancellationToken));
        }

        await filming.WatchedAsync();
        Assert.Equal("running", (await filming.KeepAsync()).State);
        Assert.True(kept > 0 && filming.Pieces.Length > 0);
        await pi.Cameras.EndAllAsync();
    }

    [Fact]
    public async Task What_gives_no_H264_is_told_so_and_not_tried_until_somebody_comes_to_the_page()
    {
        await using var camera = await CameraServer.StartAsync(hevc: true);
        var filming = await Filming.OfAsync(pi, camera);
        await filming.KeepAsync();
        await camera.WatchedAsync().WaitAsync(Filming.Patience, TestContext.Current.CancellationToken);
        await SendUntilAsync(filming, CameraStates.NotH264);
        await filming.IsOverAsync();
        pi.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("not_h264", (await filming.KeepAsync()).State);
        Assert.Equal(1, camera.Connections);
        Assert.Empty(filming.Pieces);

        var asked = camera.AskedAsync();
        await filming.KeepAsync(again: true);
        await asked.WaitAsync(Filming.Patience, TestContext.Current.CancellationToken);
        await pi.Cameras.EndAllAsync();
    }

    [Fact]
    public async Task Its_password_is_given_to_it_and_stands_in_no_list_of_processes_and_a_wrong_one_is_not_tried_again()
    {
        await using var camera = await CameraServer.StartAsync(credentials: "viewer:hunter2%3A%27x");
        var filming = await Filming.OfAsync(pi, camera);
        await filming.BeginAsync();
        var commands = Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)).Select(d => TryRead(Path.Combine(d, "cmdline"))).ToList();
        Assert.Contains(commands, c => c.Contains("pipe:0", StringComparison.Ordinal));
        Assert.DoesNotContain(commands, c => c.Contains("hunter2", StringComparison.Ordinal));

        await filming.HangAsync(camera.Address.Replace("hunter2", "hunter3", StringComparison.Ordinal));
        await filming.StandsAsync(CameraStates.Refused);
        await filming.IsOverAsync();
        var asked = camera.Connections;
        pi.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("refused", (await filming.KeepAsync()).State);
        Assert.Equal(asked, camera.Connections);
        await pi.Cameras.EndAllAsync();
    }

    [Fact]
    public async Task A_camera_that_is_taken_off_the_location_is_left_at_once_and_all_go_when_the_Pi_is_cleared()
    {
        await using var camera = await CameraServer.StartAsync();
        var filming = await Filming.OfAsync(pi, camera);
        await filming.BeginAsync();
        await filming.HangAsync(null);
        Assert.Null(pi.Cameras.Of(filming.Course.Gate));
        Assert.Empty(filming.Pieces);
        Assert.Equal("none", (await filming.KeepAsync()).State);

        await filming.HangAsync(camera.Address);
        await filming.KeepAsync();
        await filming.WatchedAsync();
        await pi.Send(new ClearIncidentRecords([]));
        Assert.Null(pi.Cameras.Of(filming.Course.Gate));
        Assert.False(Directory.Exists(pi.Folder));
    }

    [Fact]
    public async Task Nobody_films_for_ever_where_nobody_asks()
    {
        await using var camera = await CameraServer.StartAsync();
        var filming = await Filming.OfAsync(pi, camera);
        await filming.BeginAsync();
        pi.Time.Advance(CameraRecorder.Patience);
        await camera.SendAsync(2);
        await filming.StandsAsync(CameraStates.None);
        Assert.Empty(filming.Pieces);
        Assert.Equal("starting", (await filming.KeepAsync()).State);
        await pi.Cameras.EndAllAsync();
    }

    [Fact]
    public async Task Two_cameras_at_most_and_the_one_that_nobody_asks_for_gives_way()
    {
        await using var camera = await CameraServer.StartAsync();
        var filmings = new List<Filming>();
        for (var i = 0; i < 3; i++) filmings.Add(await Filming.OfAsync(pi, camera));
        await filmings[0].KeepAsync();
        await filmings[1].KeepAsync();
        Assert.Equal("too_many", (await filmings[2].KeepAsync()).State);
        pi.Time.Advance(TimeSpan.FromMinutes(2));
        await filmings[0].KeepAsync();
        Assert.Equal("starting", (await filmings[2].KeepAsync()).State);
        Assert.Equal("too_many", (await filmings[1].KeepAsync()).State);
        await pi.Cameras.EndAllAsync();
    }

    [Fact]
    public async Task What_a_killed_host_left_in_this_boot_stays_and_what_is_of_another_boot_goes()
    {
        var (own, other) = (Path.Combine(pi.Folder, PiWithCameras.Boot.ToString("N"), "a"), Path.Combine(pi.Folder, Guid.Empty.ToString("N"), "a"));
        Directory.CreateDirectory(own);
        Directory.CreateDirectory(other);
        await pi.Cameras.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal((true, false), (Directory.Exists(own), Directory.Exists(other)));
        await pi.Cameras.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(own));
    }

    /// <summary>Whatever stands in the database: it was written by another program, or an older one.</summary>
    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("http://127.0.0.1/film.mp4")]
    [InlineData("concat:/etc/passwd|/etc/hosts")]
    [InlineData("-i")]
    [InlineData("rtsp://127.0.0.1/a\nfile '/etc/passwd'")]
    [InlineData("rtsp://127.0.0.1/'\nfile '/etc/passwd")]
    [InlineData("rtsp://127.0.0.1/a?http")]
    public async Task No_other_address_reaches_the_program(string address)
    {
        var film = new CameraFilm(new FilmPrograms("/bin/true", null));
        Assert.Null(await film.BeginAsync(address));
        using var good = await film.BeginAsync("rtsp://127.0.0.1/a");
        Assert.NotNull(good);
    }

    [Fact]
    public async Task Only_who_reports_there_is_filmed_for()
    {
        await using var camera = await CameraServer.StartAsync();
        var filming = await Filming.OfAsync(pi, camera);
        Assert.Equal(403, (await Assert.ThrowsAsync<Problem>(() => pi.Send(new KeepCamera(filming.Course.Gate, false), filming.Course.Viewer))).Status);
        Assert.Equal(404, (await Assert.ThrowsAsync<Problem>(() => pi.Send(new KeepCamera(filming.Course.Race, false)))).Status);
        Assert.Equal("none", (await pi.Send(new KeepCamera(filming.Course.Finish, false))).State);
    }

    private static async Task SendUntilAsync(Filming filming, string state)
    {
        var stands = filming.StandsAsync(state);
        while (!stands.IsCompleted)
        {
            await filming.Camera.SendAsync(1);
            await Task.WhenAny(stands, Task.Delay(50, TestContext.Current.CancellationToken));
        }

        await stands;
    }

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

/// <summary>A Pi whose card is nearly full.</summary>
public sealed class PiWithAFullCard : PiWithCameras
{
    protected override void Configure(Microsoft.Extensions.DependencyInjection.IServiceCollection services)
    {
        base.Configure(services);
        var settings = (ClipSettings)services.Last(s => s.ServiceType == typeof(ClipSettings)).ImplementationInstance!;
        Microsoft.Extensions.DependencyInjection.Extensions.ServiceCollectionDescriptorExtensions.Replace(services, Microsoft.Extensions.DependencyInjection.ServiceDescriptor.Singleton(settings with { LeastFree = 1 }));
    }
}

public sealed class FullCardTests(PiWithAFullCard pi) : IClassFixture<PiWithAFullCard>
{
    [Fact]
    public async Task With_little_of_the_card_free_no_camera_is_filmed_with()
    {
        await using var camera = await CameraServer.StartAsync();
        var filming = await Filming.OfAsync(pi, camera);
        await filming.KeepAsync();
        await filming.StandsAsync(CameraStates.NoRoom);
        Assert.Equal((0, 0), (camera.Connections, filming.Pieces.Length));
        await pi.Cameras.EndAllAsync();
    }
}
