using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Time;

namespace ModularRace.Incidents.Domain.Cameras;

/// <summary>
/// The cameras that this Pi films with: of the locations at which somebody reports here, as many as it may. They end with the
/// host, and what they kept goes with them; what a host left that was killed is there for the next, in the same boot.
/// </summary>
internal sealed class CourseCameras(
    CameraSettings most, CameraFilm film, ClipSettings settings, IRaceClock clock, TimeProvider time, ILogger<CourseCameras> logger) : IHostedService, IAsyncDisposable
{
    /// <summary>Nobody has been at a location whose page has not asked for so long: its camera gives way to another's.</summary>
    private static readonly TimeSpan Left = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, CameraRecorder> recorders = [];
    private readonly SemaphoreSlim turn = new(1, 1);
    private bool disposed;

    private string Root => Path.Combine(settings.Directory, "cameras");

    private string Cutting => Path.Combine(Root, "cutting");

    private string OfThisBoot => Path.Combine(Root, clock.Read().BootId.ToString("N"));

    /// <summary>Somebody reports at this location: its last minute is kept from now on, for an hour after the last such word.</summary>
    /// <param name="location">Its UUID.</param>
    /// <param name="address">Where its camera is; null: it has none (any more).</param>
    /// <param name="again">What was given up is tried anew, at once.</param>
    public async Task<CameraStanding> KeepAsync(Guid location, string? address, bool again)
    {
        await turn.WaitAsync();
        try
        {
            var known = recorders.GetValueOrDefault(location);
            if (known is not null && (known.Address != address || IsTriedAnew(known, again)))
            {
                await EndAsync(location, known, drop: known.Address != address);
                known = null;
            }

            if (address is null) return new CameraStanding(CameraStates.None, null);
            if (!film.IsThere || most.Most == 0) return new CameraStanding(CameraStates.NoProgram, null);
            if (known is null)
            {
                if (!await HasRoomForOneAsync()) return new CameraStanding(CameraStates.TooMany, null);
                recorders[location] = known = new CameraRecorder(location, address, RingOf(location), film, settings, clock, time, logger);
            }

            known.Want();
            return known.Standing;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Somebody has changed a location: where it is filmed, its camera is the one given from now on.</summary>
    public async Task ChangeAsync(Guid location, string? address)
    {
        if (Of(location) is not null) await KeepAsync(location, address, again: false);
    }

    /// <summary>Whoever films at a location; null: nobody.</summary>
    public CameraRecorder? Of(Guid location) => recorders.GetValueOrDefault(location);

    /// <summary>All of them end, and what they kept goes.</summary>
    public async Task EndAllAsync()
    {
        await turn.WaitAsync();
        try
        {
            foreach (var (location, recorder) in recorders.ToList()) await EndAsync(location, recorder, drop: true);
            if (Directory.Exists(Root)) Directory.Delete(Root, recursive: true);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Where a clip is made, before it is one; whoever makes it takes it away.</summary>
    public string PlaceForAClip()
    {
        Directory.CreateDirectory(Cutting);
        return Path.Combine(Cutting, $"{Uuids.New(time):N}.mp4");
    }

    /// <summary>What lies here of another boot tells no time of this one, and a clip that was not finished is none.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(Root))
            foreach (var folder in Directory.EnumerateDirectories(Root).Where(f => f != OfThisBoot))
                Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => EndAllAsync();

    /// <summary>Once for the service, and once for the hosted one, which is the same.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, true)) return;
        await EndAllAsync();
        turn.Dispose();
    }

    /// <summary>What was given up is left so until somebody comes to the page; what nobody wanted any more begins with the first word.</summary>
    private static bool IsTriedAnew(CameraRecorder recorder, bool again) =>
        again ? recorder.Standing.State is not (CameraStates.Running or CameraStates.Starting) : recorder.IsOver && !CameraStates.IsFinal(recorder.Standing.State);

    private CameraRing RingOf(Guid location) => new(Path.Combine(OfThisBoot, location.ToString("N")));

    /// <summary>Where all are taken, the one that nobody has asked for the longest gives way.</summary>
    private async Task<bool> HasRoomForOneAsync()
    {
        if (recorders.Count < most.Most) return true;
        var (location, longest) = recorders.MinBy(r => r.Value.AskedAt);
        if (!longest.IsOver && clock.Read().MonotonicMs - longest.AskedAt < Left.TotalMilliseconds) return false;
        await EndAsync(location, longest, drop: true);
        return true;
    }

    private async Task EndAsync(Guid location, CameraRecorder recorder, bool drop)
    {
        recorders.TryRemove(location, out _);
        await recorder.DisposeAsync();
        if (drop) recorder.Ring.Drop();
    }
}
