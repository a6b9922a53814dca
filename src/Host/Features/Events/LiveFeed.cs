using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ModularRace.Shared.Problems;
using Npgsql;

namespace ModularRace.Host.Features.Events;

/// <summary>
/// Listens to what any replica tells, and hands it to whoever looks on here. PostgreSQL delivers to all listeners in one
/// order, that of the commits: so a watcher that broke off at one replica resumes at another. What was told lately is kept in
/// memory for that; after a gap in the listening, or where it is too old, a watcher is told to read anew.
/// </summary>
internal sealed class LiveFeed(NpgsqlDataSource dataSource, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<LiveFeed> logger) : BackgroundService
{
    private const int Kept = 20_000, Behind = 5_000, MostWatchers = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5), Pulse = TimeSpan.FromSeconds(30), Pause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30);
    private readonly Lock gate = new();
    private readonly HashSet<Channel<LiveEvent>> watchers = [];

    // The beginning of the listening stands first, as an event that is never handed out: who was here before anything happened resumes after it.
    private readonly LinkedList<LiveEvent> told = [];
    private readonly Dictionary<string, LinkedListNode<LiveEvent>> byId = new(StringComparer.Ordinal);
    private TaskCompletionSource listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What happened after an event, then each as it happens, until the caller goes or the host stops.</summary>
    /// <param name="after">The id of the event that was seen last; null: from now on. One that is not known here is answered by one <c>resync</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Problem">503 where PostgreSQL is not listened to, or too many look on.</exception>
    public async Task<LiveWatch> WatchAsync(string? after, CancellationToken cancellationToken)
    {
        try
        {
            await listening.Task.WaitAsync(Patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new Problem(503, "database_unavailable", "The database cannot be reached.");
        }

        var channel = Channel.CreateBounded<LiveEvent>(new BoundedChannelOptions(Behind));
        lock (gate)
        {
            if (watchers.Count >= MostWatchers) throw new Problem(503, "too_many_watchers", "Too many look on already. Try again later.");
            var missed = new List<LiveEvent>();
            var last = told.Last!.Value.Id;
            if (after is not null && byId.TryGetValue(after, out var seen))
            {
                for (var next = seen.Next; next is not null; next = next.Next) missed.Add(next.Value);
            }
            else if (after is not null)
            {
                missed.Add(Resync(last));
            }

            watchers.Add(channel);
            if (lifetime.ApplicationStopping.IsCancellationRequested) channel.Writer.TryComplete();
            return new LiveWatch(missed.Count == 0 ? last : null, missed, channel, () => Forget(channel), time);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Before the server waits for the requests that are open: these would keep it until its patience ends.
        await using var end = lifetime.ApplicationStopping.Register(LetGo);
        var pause = Pause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(() => pause = Pause, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.LogWarning("Live events are interrupted, tried again in {Seconds} s: {Reason}", pause.TotalSeconds, e.GetBaseException().Message);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            lock (gate)
                if (listening.Task.IsCompleted) listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task ListenAsync(Action begun, CancellationToken stopping)
    {
        await using var connection = await dataSource.OpenConnectionAsync(stopping);
        connection.Notification += (_, heard) => Hear(heard.Payload);
        await using var listen = new NpgsqlCommand($"LISTEN {LiveEvent.Channel}", connection) { CommandTimeout = (int)Patience.TotalSeconds };
        await listen.ExecuteNonQueryAsync(stopping);
        Begin();
        begun();
        while (true)
        {
            if (await connection.WaitAsync(Pulse, stopping)) continue;
            // Nothing for long: a connection that broke without a word would look the same. To listen again changes nothing.
            await listen.ExecuteNonQueryAsync(stopping);
        }
    }

    /// <summary>What happened before is not known here: who looked on already is told to read anew.</summary>
    private void Begin()
    {
        lock (gate)
        {
            told.Clear();
            byId.Clear();
            var beginning = Resync(LiveEvent.NewId(time));
            Keep(beginning);
            foreach (var watcher in watchers) Hand(watcher, beginning);
            listening.TrySetResult();
        }
    }

    private void Hear(string payload)
    {
        if (LiveEvent.Read(payload) is not { } heard) return;
        lock (gate)
        {
            Keep(heard);
            foreach (var watcher in watchers) Hand(watcher, heard);
        }
    }

    private void Keep(LiveEvent live)
    {
        byId[live.Id] = told.AddLast(live);
        if (told.Count <= Kept) return;
        byId.Remove(told.First!.Value.Id);
        told.RemoveFirst();
    }

    /// <summary>One that is thousands behind does better to read anew than to catch up.</summary>
    private static void Hand(Channel<LiveEvent> watcher, LiveEvent live)
    {
        if (watcher.Writer.TryWrite(live)) return;
        while (watcher.Reader.TryRead(out _)) { }

        watcher.Writer.TryWrite(Resync(live.Id));
    }

    private void LetGo()
    {
        lock (gate)
            foreach (var watcher in watchers) watcher.Writer.TryComplete();
    }

    private void Forget(Channel<LiveEvent> watcher)
    {
        lock (gate) watchers.Remove(watcher);
    }

    private static LiveEvent Resync(string id) => new(id, LiveEvent.Resync, null, Official: true, new JsonObject());
}

/// <summary>One who looks on.</summary>
/// <param name="last">The id to resume after, where nothing was missed; null: that of the last that was.</param>
/// <param name="missed">What happened since it broke off.</param>
/// <param name="channel">What happens now.</param>
/// <param name="leave">Ends it.</param>
/// <param name="time">Counts the pulse.</param>
internal sealed class LiveWatch(string? last, IReadOnlyList<LiveEvent> missed, Channel<LiveEvent> channel, Action leave, TimeProvider time) : IDisposable
{
    public string? Last => last;

    /// <summary>
    /// What was missed, then each as it happens; and null once in a <paramref name="pulse"/>, be there nothing or without a
    /// pause something. Ends when the host stops.
    /// </summary>
    public async IAsyncEnumerable<LiveEvent?> ReadAsync(TimeSpan pulse, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var live in missed) yield return live;
        var beat = time.GetTimestamp();
        Task<bool>? more = null;
        while (true)
        {
            var left = pulse - time.GetElapsedTime(beat);
            if (left <= TimeSpan.Zero)
            {
                beat = time.GetTimestamp();
                yield return null;
            }
            else if (channel.Reader.TryRead(out var live))
            {
                yield return live;
            }
            else
            {
                more ??= channel.Reader.WaitToReadAsync(cancellationToken).AsTask();
                await ((Task)more).WaitAsync(left, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                if (!more.IsCompleted) continue;
                if (!await more) yield break;
                more = null;
            }
        }
    }

    public void Dispose() => leave();
}
