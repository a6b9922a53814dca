using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ModularRace.Testing;

namespace ModularRace.Simulation;

/// <summary>
/// One race day: a cloud, its Pis, and the people at them. All that is by chance comes from the seed, so that the same seed
/// is the same day.
/// </summary>
internal sealed class World(int seed, TrueTime time, Cloud cloud, FrontDoor doorOfPis) : IAsyncDisposable
{
    private const int KeptLines = 400;
    private readonly Dictionary<string, Records> known = new(StringComparer.Ordinal);
    private readonly Queue<string> story = [];
    private int words;

    public Random Chance { get; } = new(seed);

    public TrueTime Time => time;

    public Cloud Cloud => cloud;

    public List<Pi> Pis { get; } = [];

    public Journal Journal { get; } = new();

    public Guid Competition { get; private set; }

    public List<Guid> Races { get; } = [];

    /// <summary>Locations that people know of, by race; those of a Pi only it knows before they have travelled.</summary>
    public Dictionary<Guid, List<Guid>> Locations { get; } = [];

    public int Step { get; set; }

    /// <summary>When a report's author saw it, truly.</summary>
    public Dictionary<Guid, DateTimeOffset> Seen { get; } = [];

    /// <summary>What the cloud had answered for of cards that died.</summary>
    public List<(string Side, Guid Uuid, long Answered, string Status)> Wiped { get; } = [];

    public IEnumerable<string> Story => story;

    public IReadOnlyDictionary<string, int> Counts => counts;

    private readonly SortedDictionary<string, int> counts = new(StringComparer.Ordinal);

    /// <summary>Takes down what happens.</summary>
    public void Tell(string what, string? kind = null)
    {
        if (kind is not null) Count(kind);
        story.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{Step,4} {time.Now:HH:mm:ss.fff} {what}"));
        if (story.Count > KeptLines) story.Dequeue();
    }

    public void Count(string kind) => counts[kind] = counts.GetValueOrDefault(kind) + 1;

    public bool Likely(double probability) => Chance.NextDouble() < probability;

    public T One<T>(IReadOnlyList<T> of) => of[Chance.Next(of.Count)];

    public Guid NewUuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        Chance.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>A text that nobody wrote before: whoever sees it has seen who wrote it.</summary>
    public string NewWords(string place) => string.Create(CultureInfo.InvariantCulture, $"{place} word {++words}");

    public Place AnyPlace() => Likely(0.3) ? cloud : One(Pis);

    public Pi AnyPi() => One(Pis);

    public string SideOf(Place place) => place is Pi pi ? $"{pi.Uuid}/{pi.StoreUuid}" : "cloud";

    /// <summary>The records of a system: read again where something may have changed them since.</summary>
    public async Task<Records> RecordsOfAsync(Place place) =>
        known.TryGetValue(place.Name, out var records) ? records : known[place.Name] = await Records.ReadAsync(place.Sql, Competition);

    public void Changed(Place place) => known.Remove(place.Name);

    /// <summary>A person does something at a system; what it answered goes to the journal, and a no must have changed nothing.</summary>
    public async Task<Answer> ActAsync(Place place, string what, HttpMethod method, string path, object? body = null, bool mayBreak = false)
    {
        var before = await RecordsOfAsync(place);
        var answer = await place.SendAsync(method, path, body);
        Changed(place);
        var after = await RecordsOfAsync(place);
        if ((int)answer.Status >= 500 && !mayBreak) throw new SimulationFault($"{place.Name} answered {answer} to {method} {path}: {answer.Body.ToJsonString()}");
        if (answer.Yes)
        {
            var noted = Journal.Note(SideOf(place), before, after, Step);
            Tell($"{place.Name}: {what} -> {answer}, {noted} values", what.Split(' ')[0]);
        }
        else
        {
            Tell($"{place.Name}: {what} -> {answer}", what.Split(' ')[0] + " refused");
            if (Journal.Note("nobody", before, after, Step) > 0) throw new SimulationFault($"{place.Name} answered {answer} to {method} {path}, and something was changed.");
        }

        return answer;
    }

    public async Task BeginAsync(IReadOnlyList<TestDatabase> databases)
    {
        var day = time.Now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        Competition = Uuid(await cloud.Must(HttpMethod.Post, "/competitions", new { name = $"Cup {seed}", country = "ITA", start_date = day, end_date = day, time_zone = "Europe/Rome" }));
        for (var i = 0; i < 2; i++)
        {
            var race = Uuid(await cloud.Must(HttpMethod.Post, $"/competitions/{Competition}/races", new { name = $"Race {i}", discipline = i == 0 ? "individual" : "sprint" }));
            Races.Add(race);
            var items = (await cloud.Must(HttpMethod.Get, $"/races/{race}/locations"))["items"]!.AsArray();
            Locations[race] = [.. items.Select(l => Guid.Parse((string)l!["client_uuid"]!)).Take(3)];
        }

        for (var i = 0; i < databases.Count; i++)
        {
            var link = new BadLink(time, cloud);
            var pi = new Pi($"Pi{i + 1}", NewUuid(), databases[i], time, doorOfPis, new BootClock(time, NewUuid()), link);
            Pis.Add(pi);
            pi.Wall.Wrong = Likely(0.6) ? TimeSpan.FromSeconds(Chance.Next(-120, 120)) : One(WrongTimes(pi));
            await pi.StartAsync();
            await PairAsync(pi, mayDecide: Likely(0.5));
            Check(await pi.Post("/device/download?wait=true", new { competition_uuid = Competition }), "download");
        }

        Tell($"{Pis.Count} Pis have the competition");
    }

    /// <summary>A day off, and the 1970 of a board without a battery.</summary>
    public IReadOnlyList<TimeSpan> WrongTimes(Pi pi) =>
        [TimeSpan.Zero, TimeSpan.FromDays(1), -TimeSpan.FromDays(1), DateTimeOffset.UnixEpoch - time.Now, TimeSpan.FromSeconds(-47), pi.Wall.Wrong + TimeSpan.FromMinutes(10)];

    /// <summary>Pairs a Pi, or pairs it anew, over its link as it is.</summary>
    public async Task<bool> PairAsync(Pi pi, bool mayDecide)
    {
        var before = (await cloud.Must(HttpMethod.Get, "/devices?limit=500"))["items"]!.AsArray().Any(d => (string)d!["device_uuid"]! == pi.Uuid.ToString());
        var made = await cloud.Must(HttpMethod.Post, "/devices/pairing-codes", before
            ? new { name = pi.Name, competition_uuids = new[] { Competition }, may_decide = mayDecide, device_uuid = pi.Uuid }
            : (object)new { name = pi.Name, competition_uuids = new[] { Competition }, may_decide = mayDecide });
        var answer = await pi.Post("/device/pair", new { server_url = Pi.ServerUrl, pairing_code = (string)made["pairing_code"]! });
        // The cloud may have done it though the answer was lost.
        (pi.Revoked, pi.Granted) = (false, true);
        Tell($"{pi.Name} is paired, may_decide {mayDecide} -> {answer}", "pair");
        await pi.ReadStoreAsync();
        return answer.Yes;
    }

    /// <summary>A Pi's database is made anew.</summary>
    public async Task LoseCardAsync(Pi pi)
    {
        var side = SideOf(pi);
        await using (var rows = pi.Sql.CreateCommand("SELECT client_uuid, answered_edit, status FROM sync.sync_queue"))
        await using (var reader = await rows.ExecuteReaderAsync())
            while (await reader.ReadAsync()) Wiped.Add((side, reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2)));
        Journal.Lost(pi.Name);
        await pi.StopAsync();
        await Simulator.EmptyAsync(pi.Database);
        await pi.StartAsync();
        Changed(pi);
        Tell($"{pi.Name}'s card died, it has a new one", "new card");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pi in Pis) await pi.DisposeAsync();
    }

    private static Guid Uuid(JsonNode made) => Guid.Parse((string)made["client_uuid"]!);

    private static void Check(Answer answer, string what)
    {
        if (!answer.Yes) throw new SimulationFault($"{what} answered {answer}: {answer.Body.ToJsonString()}");
    }
}
