using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Domain.Cameras;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Cameras;
using ModularRace.Shared.Access;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;

namespace ModularRace.Incidents.Tests.Features.Cameras;

/// <summary>A Pi with the real ffmpeg, whose clocks stand still until a test turns them.</summary>
public class PiWithCameras : PiModules
{
    public static readonly Guid Boot = Guid.Parse("0190c000-0000-7000-8000-00000000000b");

    internal CourseCameras Cameras => Services.GetRequiredService<CourseCameras>();

    /// <summary>Where the cameras' last minutes lie.</summary>
    public string Folder => Path.Combine(Services.GetRequiredService<ClipSettings>().Directory, "cameras");

    protected override void Configure(IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton(new FilmPrograms(FilmTools.OfThisMachine, null)));
        services.Replace(ServiceDescriptor.Singleton<IRaceClock>(provider => new Clock(provider.GetRequiredService<TimeProvider>())));
    }

    private sealed class Clock(TimeProvider time) : IRaceClock
    {
        public ClockReading Read()
        {
            var now = time.GetUtcNow();
            return new ClockReading(now, Boot, 1_000_000 + (long)(now - Morning).TotalMilliseconds, 0, 1, ClockSources.Monotonic);
        }
    }
}

/// <summary>A course whose gate has a camera, and a film that goes on as a test says.</summary>
internal sealed class Filming(PiWithCameras pi, Course course, CameraServer camera)
{
    public Course Course => course;

    public CameraServer Camera => camera;

    public CameraRecorder Recorder => pi.Cameras.Of(course.Gate)!;

    public string Folder => Path.Combine(pi.Folder, PiWithCameras.Boot.ToString("N"), course.Gate.ToString("N"));

    public string[] Pieces => Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*.piece") : [];

    public static async Task<Filming> OfAsync(PiWithCameras pi, CameraServer camera)
    {
        var course = await Course.Of(pi);
        var filming = new Filming(pi, course, camera);
        await filming.HangAsync(camera.Address);
        return filming;
    }

    /// <summary>The location has that camera from now on; null: none.</summary>
    public Task HangAsync(string? address) => pi.Send(new ApplyReferenceRecords(
        [new IncomingRecord(RecordTypes.RaceLocation, course.Gate, new JsonObject { ["race_uuid"] = course.Race.ToString(), ["name"] = "Gate 4", ["position"] = 1, ["camera_url"] = address }, CloudIdentity.Cloud)]));

    public Task<CameraView> KeepAsync(bool again = false) => pi.Send(new KeepCamera(course.Gate, again), course.Referee);

    /// <summary>The page is open, and the first second is kept.</summary>
    public async Task BeginAsync()
    {
        await KeepAsync();
        await WatchedAsync();
    }

    /// <summary>The camera is connected to (anew): a second goes out at a time until the first is kept.</summary>
    public async Task WatchedAsync()
    {
        await camera.WatchedAsync().WaitAsync(Patience);
        for (var known = Pieces.Length; Pieces.Length == known || Recorder.Standing.State != CameraStates.Running;)
        {
            var further = Recorder.FurtherAsync();
            await camera.SendAsync(1);
            await Task.WhenAny(further, Task.Delay(50));
        }

        await KeptAsync();
    }

    /// <summary>So many seconds pass in front of the camera.</summary>
    public async Task PassAsync(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            pi.Time.Advance(TimeSpan.FromSeconds(1));
            await camera.SendAsync(1);
            await KeptAsync();
        }
    }

    /// <summary>Ends when how it stands is that.</summary>
    public async Task StandsAsync(string state)
    {
        while (true)
        {
            var further = Recorder.FurtherAsync();
            if (Recorder.Standing.State == state) return;
            await further.WaitAsync(Patience);
        }
    }

    /// <summary>Ends when it has given up.</summary>
    public async Task IsOverAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!Recorder.IsOver) await Task.Delay(10, patience.Token);
    }

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    /// <summary>A second is whole when the next one begins: all but the last that was sent are there.</summary>
    private async Task KeptAsync()
    {
        while (true)
        {
            var further = Recorder.FurtherAsync();
            if (Pieces.Select(p => Path.GetFileName(p).Split('-')).GroupBy(p => long.Parse(p[0], CultureInfo.InvariantCulture)).MaxBy(c => c.Key)?.Max(p => int.Parse(p[1], CultureInfo.InvariantCulture)) == camera.SecondsSent - 2) return;
            await further.WaitAsync(Patience);
        }
    }
}
