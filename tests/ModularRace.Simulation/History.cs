using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ModularRace.Testing;

namespace ModularRace.Simulation;

/// <summary>What may happen, how often, and how it is done.</summary>
internal sealed class History
{
    private static readonly string[] DecisionsMade = ["penalty_applied", "rejected", "no_action"];

    private readonly World world;
    private readonly Syncing syncing;
    private readonly (int Weight, Func<Task> Do)[] steps;
    private readonly List<(Pi Pi, Letter Letter)> held = [];
    private (Guid Race, Guid Location, int Bib)? lastSeen;

    public History(World world, Syncing syncing)
    {
        (this.world, this.syncing) = (world, syncing);
        var resolving = new Resolving(world);
        steps =
        [
            (22, ReportAsync), (9, AddReportAsync), (10, EditIncidentAsync), (10, EditReportAsync), (6, PutBackAsync), (4, WithdrawAsync), (6, OfficializeAsync), (7, DecideAsync),
            (4, PutTogetherAsync), (4, TellApartAsync), (2, UndoAsync), (10, resolving.ResolveAsync), (4, resolving.SpeakUpAsync),
            (20, SyncWellAsync), (14, SyncBadlyAsync), (4, LinkGoesOrComesAsync), (7, OldRequestAsync),
            (4, RestartPiAsync), (1, RestartCloudAsync), (2, RebootAsync), (4, SetClockAsync),
            (3, LocationAsync), (2, StartListAsync), (2, HeldTransactionAsync), (2, DatabaseBreaksAsync), (2, DatabaseOfPiBreaksAsync),
            (2, DecisionGrantAsync), (1, CompetitionGrantAsync), (1, RevokeAsync), (1, PairAnewAsync), (1, NewDatabaseAsync), (2, QuarantineAsync),
        ];
    }

    public async Task StepAsync()
    {
        var chance = world.Chance.NextDouble();
        world.Time.Pass(TimeSpan.FromMilliseconds(
            chance < 0.7 ? world.Chance.Next(15_000) : chance < 0.95 ? world.Chance.Next(60_000) : world.Chance.Next(1_800_000)));
        var pick = world.Chance.Next(steps.Sum(s => s.Weight));
        foreach (var (weight, act) in steps)
        {
            if ((pick -= weight) >= 0) continue;
            await act();
            return;
        }
    }

    private async Task ReportAsync() => await ReportAtAsync(world.AnyPlace());

    private async Task<Guid?> ReportAtAsync(Place place)
    {
        // What one saw another sees too: that is what the duplicate rule is for.
        if (lastSeen is null || world.Likely(0.4))
        {
            var race = world.One(world.Races);
            lastSeen = (race, world.One(world.Locations[race]), world.Chance.Next(1, 5));
        }

        var (raceUuid, location, bib) = lastSeen.Value;
        var ago = world.Likely(0.3) ? TimeSpan.FromMilliseconds(world.Chance.Next(40_000)) : TimeSpan.Zero;
        var (incident, report) = (world.NewUuid(), world.NewUuid());
        var body = new JsonObject
        {
            ["race_uuid"] = raceUuid.ToString(), ["race_location_uuid"] = world.Likely(0.95) ? location.ToString() : null, ["bib_number"] = world.Likely(0.95) ? bib : null,
            ["client_uuid"] = incident.ToString(), ["report_uuid"] = report.ToString(), ["description"] = world.Likely(0.6) ? world.NewWords(place.Name) : null,
            ["reporter_name"] = world.NewWords(place.Name), ["penalty_code"] = world.Likely(0.2) ? world.NewWords(place.Name) : null,
        };
        if (ago > TimeSpan.Zero) body["occurred_at"] = Write(place.Wall.GetUtcNow() - ago);
        var answer = await world.ActAsync(place, $"report {Short(report)} of {Short(incident)}, bib {bib} at {Short(location)}, {ago.TotalSeconds:0.0} s ago", HttpMethod.Post, "/incidents", body);
        if (!answer.Yes) return null;
        world.Seen[report] = world.Time.Now - ago;
        if (!world.Likely(0.1)) return incident;
        // A finger that taps twice.
        var again = await world.ActAsync(place, $"report again {Short(report)}", HttpMethod.Post, "/incidents", body);
        if (again.Status != HttpStatusCode.OK) throw new SimulationFault($"The same report again is answered {again}.");
        return incident;
    }

    private async Task AddReportAsync()
    {
        var place = world.AnyPlace();
        if (await IncidentAsync(place) is not { } incident) return;
        var report = world.NewUuid();
        var body = new JsonObject { ["report_uuid"] = report.ToString(), ["description"] = world.NewWords(place.Name), ["reporter_name"] = world.NewWords(place.Name) };
        if (world.Likely(0.3)) body["bib_number"] = world.Chance.Next(1, 5);
        if (world.Likely(0.4)) body["occurred_at"] = Write(place.Wall.GetUtcNow());
        await world.ActAsync(place, $"add report {Short(report)} to {Short(incident)}", HttpMethod.Post, $"/incidents/{incident}/reports", body);
    }

    private async Task EditIncidentAsync()
    {
        var place = world.AnyPlace();
        if (await IncidentAsync(place) is not { } incident) return;
        var row = (await world.RecordsOfAsync(place))[new RecordKey("incident", incident)]!;
        var race = Guid.Parse((string)row["race_uuid"]!);
        var patch = world.Chance.Next(10) switch
        {
            < 5 => new JsonObject { ["description"] = world.NewWords(place.Name) },
            5 => new JsonObject { ["bib_number"] = world.Chance.Next(1, 5) },
            6 => new JsonObject { ["race_location_uuid"] = world.One(world.Locations[race]).ToString() },
            7 => new JsonObject { ["occurred_at"] = Write(At(row) + TimeSpan.FromSeconds(world.Chance.Next(-40, 40))) },
            8 => new JsonObject { ["penalty_code"] = world.NewWords(place.Name) },
            _ => new JsonObject { ["description"] = null },
        };
        await world.ActAsync(place, $"edit incident {Short(incident)} {patch.ToJsonString()}", HttpMethod.Patch, $"/incidents/{incident}", patch);
    }

    private async Task EditReportAsync()
    {
        var place = world.AnyPlace();
        if (await ReportAsync(place) is not { } report) return;
        var row = (await world.RecordsOfAsync(place))[new RecordKey("report", report)]!;
        var patch = world.Chance.Next(9) switch
        {
            < 3 => new JsonObject { ["description"] = world.NewWords(place.Name) },
            3 => new JsonObject { ["reporter_name"] = world.NewWords(place.Name) },
            4 => new JsonObject { ["penalty_code"] = world.NewWords(place.Name) },
            5 => new JsonObject { ["athlete_position"] = world.Chance.Next(1, 5) },
            6 => new JsonObject { ["bib_number"] = world.Chance.Next(1, 5) },
            7 => new JsonObject { ["occurred_at"] = Write(At(row) + TimeSpan.FromSeconds(world.Chance.Next(-40, 40))) },
            _ => new JsonObject { ["reporter_name"] = world.NewWords(place.Name), ["bib_number"] = world.Chance.Next(1, 5) },
        };
        await world.ActAsync(place, $"edit report {Short(report)} {patch.ToJsonString()}", HttpMethod.Patch, $"/reports/{report}", patch);
    }

    /// <summary>Somebody changed what was said here; here it is put back.</summary>
    private async Task PutBackAsync()
    {
        var place = world.AnyPlace();
        RecordKey key;
        if (world.Likely(0.5))
        {
            if (await IncidentAsync(place) is not { } incident) return;
            key = new RecordKey("incident", incident);
        }
        else
        {
            if (await ReportAsync(place) is not { } report) return;
            key = new RecordKey("report", report);
        }

        var row = (await world.RecordsOfAsync(place))[key]!;
        var side = world.SideOf(place);
        var changed = world.Journal.All.LastOrDefault(s => s.Side == side && s.Record == key && s.Value is "description" or "bib_number" && s.Text != Values.Read(row, s.Value));
        if (changed is null) return;
        JsonNode? before = changed.Text is null ? null : changed.Value == "bib_number" ? int.Parse(changed.Text, CultureInfo.InvariantCulture) : changed.Text;
        var patch = new JsonObject { [changed.Value] = before };
        await world.ActAsync(place, $"put back {key.Type} {Short(key.Uuid)} {patch.ToJsonString()}", HttpMethod.Patch, $"/{key.Type}s/{key.Uuid}", patch);
    }

    private async Task WithdrawAsync()
    {
        var place = world.AnyPlace();
        if (await ReportAsync(place) is not { } report) return;
        await world.ActAsync(place, $"withdraw {Short(report)}", HttpMethod.Post, $"/reports/{report}/withdraw", new { reason = world.NewWords(place.Name) });
    }

    private async Task OfficializeAsync()
    {
        var place = world.AnyPlace();
        if (await IncidentAsync(place) is not { } incident) return;
        await world.ActAsync(place, $"officialize {Short(incident)}", HttpMethod.Post, $"/incidents/{incident}/officialize");
    }

    private async Task DecideAsync()
    {
        var place = world.AnyPlace();
        if (await IncidentAsync(place) is not { } incident) return;
        if (world.Likely(0.7)) await world.ActAsync(place, $"officialize {Short(incident)}", HttpMethod.Post, $"/incidents/{incident}/officialize");
        var decision = world.Likely(0.1) ? "pending" : world.One(DecisionsMade);
        await world.ActAsync(
            place, $"decide {Short(incident)} {decision}", HttpMethod.Post, $"/incidents/{incident}/decision",
            new { decision, penalty_code = decision == "penalty_applied" ? world.One<string>(["P1", "P2"]) : null, note = world.NewWords(place.Name) });
    }

    /// <summary>R5: people put together what the rule did not, tell apart what it did, and take back either.</summary>
    private async Task PutTogetherAsync()
    {
        var place = world.AnyPlace();
        if (await IncidentAsync(place) is not { } incident || await IncidentAsync(place) is not { } into || incident == into) return;
        await world.ActAsync(place, $"merge {Short(incident)} into {Short(into)}", HttpMethod.Post, $"/incidents/{incident}/merge", new { into_uuid = into, note = world.NewWords(place.Name) });
    }

    private async Task TellApartAsync()
    {
        var place = world.AnyPlace();
        var joined = (await world.RecordsOfAsync(place)).Of("incident").Where(i => i.Row["merged_into"] is not null).ToList();
        if (joined.Count == 0) return;
        var (key, row, _) = world.One(joined);
        await world.ActAsync(place, $"split {key} off", HttpMethod.Post, $"/incidents/{(string)row["merged_into"]!}/split", new { incident_uuids = new[] { key.Uuid }, note = world.NewWords(place.Name) });
    }

    private async Task UndoAsync()
    {
        var merges = (await world.Cloud.Must(HttpMethod.Get, $"/merges?competition_uuid={world.Competition}&limit=500"))["items"]!.AsArray().Where(m => m!["undone_at"] is null).ToList();
        if (merges.Count == 0) return;
        // By its incidents: the entry's own identity is no seed's.
        var merge = world.One(merges.OrderBy(m => m!["incident_uuids"]!.ToJsonString(), StringComparer.Ordinal).ToList())!;
        await world.ActAsync(world.Cloud, $"undo the merge of {merge["incident_uuids"]!.ToJsonString()}", HttpMethod.Post, $"/merges/{(string)merge["client_uuid"]!}/undo");
    }

    private async Task SyncWellAsync()
    {
        var pi = world.AnyPi();
        if (world.Likely(0.7)) pi.Link.Heal();
        await syncing.SyncAsync(pi);
    }

    private async Task SyncBadlyAsync()
    {
        var pi = world.AnyPi();
        pi.Link.Heal();
        pi.Link.Latency = TimeSpan.FromMilliseconds(world.Chance.Next(5, 700));
        // The first request is the probe, the next an upload, where there is one.
        if (world.Likely(0.3))
        {
            pi.Link.GoneAfter = world.Chance.Next(1, 4);
            await syncing.SyncAsync(pi);
            return;
        }

        var first = world.Chance.Next(3);
        for (var i = 0; i < first; i++) pi.Link.Ahead.Enqueue(new TroubleAhead(Trouble.None, 0));
        for (var more = true; more; more = world.Likely(0.5)) pi.Link.Ahead.Enqueue(new TroubleAhead((Trouble)world.Chance.Next(1, 8), world.Chance.NextDouble()));
        await syncing.SyncAsync(pi);
        held.AddRange(pi.Link.Letters.Where(l => !l.Arrived).Select(l => (pi, l)));
    }

    private Task LinkGoesOrComesAsync()
    {
        var pi = world.AnyPi();
        if (pi.Link.Up) pi.Link.Up = false;
        else pi.Link.Heal();
        world.Tell($"{pi.Name}'s link is {(pi.Link.Up ? "back" : "gone")}", "link");
        return Task.CompletedTask;
    }

    /// <summary>R2: an old request is delivered again, or one that was on its way arrives at last.</summary>
    private async Task OldRequestAsync()
    {
        var letters = held.Count > 0 && world.Likely(0.5) ? held : [.. world.Pis.SelectMany(p => p.Link.Letters.Select(l => (p, l)))];
        if (letters.Count == 0) return;
        var (pi, letter) = world.One(letters);
        var status = await syncing.DecidesOnlyWhoMayAsync(pi, () => pi.Link.DeliverAsync(letter));
        world.Tell($"an old upload of {pi.Name} arrives {(letter.Arrived ? "again" : "late")} -> {(int)status}", "old request");
        if ((int)status >= 500) throw new SimulationFault($"The cloud answered {(int)status} to an old upload.");
    }

    private async Task RestartPiAsync()
    {
        var pi = world.AnyPi();
        await pi.StartAsync(powerWasLost: world.Likely(0.5));
        world.Tell($"{pi.Name} restarts", "restart");
    }

    private async Task RestartCloudAsync()
    {
        await world.Cloud.StartAsync(powerWasLost: world.Likely(0.5));
        world.Tell("the cloud restarts", "restart cloud");
    }

    private async Task RebootAsync()
    {
        var pi = world.AnyPi();
        pi.Boot.Reboot(world.NewUuid());
        if (world.Likely(0.5)) pi.Wall.Wrong = DateTimeOffset.UnixEpoch - world.Time.Now;
        await pi.StartAsync();
        world.Tell($"{pi.Name} boots, its clock says {pi.Wall.GetUtcNow():yyyy-MM-dd HH:mm:ss}", "reboot");
    }

    private Task SetClockAsync()
    {
        var pi = world.AnyPi();
        pi.Wall.Wrong = world.One(world.WrongTimes(pi));
        world.Tell($"{pi.Name}'s clock is set to {pi.Wall.GetUtcNow():yyyy-MM-dd HH:mm:ss}", "clock");
        return Task.CompletedTask;
    }

    /// <summary>Reference data: on the cloud, or on a Pi in an emergency; each is changed where it was made.</summary>
    private async Task LocationAsync()
    {
        var place = world.AnyPlace();
        var race = world.One(world.Races);
        var name = world.NewWords(place.Name);
        var own = world.Journal.Locations.Where(l => l.Value.Place == place.Name).Select(l => l.Key).ToList();
        if (own.Count > 0 && world.Likely(0.5))
        {
            var known = world.One(own);
            if (await Saved(place, HttpMethod.Put, $"/locations/{known}", new { name })) world.Journal.Named(place.Name, known, name);
            return;
        }

        var uuid = world.NewUuid();
        if (!await Saved(place, HttpMethod.Post, $"/races/{race}/locations", new { name, client_uuid = uuid })) return;
        world.Journal.Named(place.Name, uuid, name);
        if (place is Cloud) world.Locations[race].Add(uuid);
        else await world.ActAsync(place, $"report at the new {Short(uuid)}", HttpMethod.Post, "/incidents", new { race_uuid = race, race_location_uuid = uuid, bib_number = world.Chance.Next(1, 5), client_uuid = world.NewUuid(), report_uuid = world.NewUuid() });
    }

    private async Task StartListAsync()
    {
        var (race, bib, name) = (world.One(world.Races), world.Chance.Next(1, 5), world.NewWords("cloud"));
        var athletes = new[] { new { first_name = "Ida", last_name = name, nation = "ITA" } };
        if (await Saved(world.Cloud, HttpMethod.Put, $"/races/{race}/start-list/{bib}", new { athletes })) world.Journal.Started(race, bib, name);
    }

    private async Task<bool> Saved(Place place, HttpMethod method, string path, object body)
    {
        var answer = await place.SendAsync(method, path, body);
        world.Tell($"{place.Name}: {method} {path} -> {answer}", "reference data");
        if ((int)answer.Status >= 500) throw new SimulationFault($"{place.Name} answered {answer} to {method} {path}: {answer.Body.ToJsonString()}");
        return answer.Yes;
    }

    /// <summary>R9: a transaction of the cloud stays open while others commit and devices read the changes.</summary>
    private async Task HeldTransactionAsync()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (race, name, uuid) = (world.One(world.Races), world.NewWords("cloud"), world.NewUuid());
        var waits = world.Cloud.Interruption.HoldNext(gate.Task);
        var saving = world.Cloud.SendAsync(HttpMethod.Post, $"/races/{race}/locations", new { name, client_uuid = uuid });
        if (await Task.WhenAny(waits, saving) == saving) throw new SimulationFault($"A location was answered {await saving} before its commit.");
        world.Tell($"the cloud makes location {Short(uuid)} and does not commit yet", "held transaction");
        var meanwhile = MeanwhileAsync();
        // Who needs what is held waits for it, as on the mountain.
        await Task.WhenAny(meanwhile, Task.Delay(TimeSpan.FromSeconds(20)));
        gate.SetResult();
        var answer = await saving;
        await meanwhile;
        world.Tell($"the cloud commits location {Short(uuid)} -> {answer}");
        if (!answer.Yes) return;
        world.Journal.Named("cloud", uuid, name);
        world.Locations[race].Add(uuid);

        async Task MeanwhileAsync()
        {
            if (await IncidentAsync(world.Cloud) is { } incident)
                await world.ActAsync(world.Cloud, $"edit incident {Short(incident)} meanwhile", HttpMethod.Patch, $"/incidents/{incident}", new { description = world.NewWords("cloud") });
            foreach (var pi in world.Pis.Where(p => !p.Revoked && p.Granted))
            {
                pi.Link.Heal();
                await syncing.SyncAsync(pi);
            }
        }
    }

    /// <summary>R1: the database goes away in the middle of a command; what is told as done must be done, and what is not told may not be half done.</summary>
    private async Task DatabaseBreaksAsync()
    {
        world.Cloud.Interruption.BreakNext(world.Cloud.Sql);
        if (world.Likely(0.5) && await IncidentAsync(world.Cloud) is { } incident)
        {
            await world.ActAsync(world.Cloud, $"edit incident {Short(incident)} while the database breaks", HttpMethod.Patch, $"/incidents/{incident}", new { description = world.NewWords("cloud") }, mayBreak: true);
        }
        else
        {
            var pi = world.AnyPi();
            pi.Link.Heal();
            await syncing.SyncAsync(pi, mayBreak: true);
        }

        world.Cloud.Interruption.Forget();
        world.Tell("the cloud's database broke a connection", "database broke");
    }

    /// <summary>R1, R9, R14 on a Pi: its database goes away in the middle of a command, or refuses something in it, once or more often.</summary>
    private async Task DatabaseOfPiBreaksAsync()
    {
        var pi = world.AnyPi();
        pi.Link.Heal();
        if (world.Likely(0.4)) pi.Interruption.BreakNext(pi.Sql);
        else pi.Interruption.RefuseNext(world.Chance.Next(1, 8));
        if (world.Likely(0.3) && await IncidentAsync(pi) is { } incident)
            await world.ActAsync(pi, $"edit incident {Short(incident)} while the database breaks", HttpMethod.Patch, $"/incidents/{incident}", new { description = world.NewWords(pi.Name) }, mayBreak: true);
        else
            await syncing.SyncAsync(pi, mayBreak: true);
        pi.Interruption.Forget();
        world.Tell($"{pi.Name}'s database broke", "database of a Pi broke");
    }

    private async Task DecisionGrantAsync()
    {
        var pi = world.AnyPi();
        var may = world.Likely(0.6);
        await world.Cloud.Must(HttpMethod.Patch, $"/devices/{pi.Uuid}", new { may_decide = may });
        world.Tell($"{pi.Name} {(may ? "may" : "may not")} decide from now on", "may_decide");
        // Who has not heard of it yet goes on: what is new is refused with all that hangs on it (R6, R14).
        if (!may && await ReportAtAsync(pi) is { } incident)
            await world.ActAsync(pi, $"officialize {Short(incident)}", HttpMethod.Post, $"/incidents/{incident}/officialize");
    }

    private async Task CompetitionGrantAsync()
    {
        var pi = world.AnyPi();
        pi.Granted = !pi.Granted;
        await world.Cloud.Must(HttpMethod.Patch, $"/devices/{pi.Uuid}", new { competition_uuids = pi.Granted ? new[] { world.Competition } : [] });
        world.Tell($"{pi.Name} is {(pi.Granted ? "" : "not ")}granted the competition", "grant");
    }

    private async Task RevokeAsync()
    {
        var pi = world.AnyPi();
        await world.Cloud.Must(HttpMethod.Post, $"/devices/{pi.Uuid}/revoke");
        pi.Revoked = true;
        world.Tell($"{pi.Name} is revoked", "revoke");
    }

    private async Task PairAnewAsync()
    {
        var pi = world.AnyPi();
        pi.Link.Heal();
        await world.PairAsync(pi, world.Likely(0.5));
    }

    /// <summary>The card dies; the Pi is set up anew under its name. What the cloud never answered for is gone with the card.</summary>
    private async Task NewDatabaseAsync()
    {
        var pi = world.AnyPi();
        await world.LoseCardAsync(pi);
        pi.Link.Heal();
        if (!await world.PairAsync(pi, world.Likely(0.5))) throw new SimulationFault($"{pi.Name} cannot be paired anew.");
        var answer = await pi.Post("/device/download?wait=true", new { competition_uuid = world.Competition });
        world.Tell($"{pi.Name} downloads anew -> {answer}");
        if (!answer.Yes) throw new SimulationFault($"{pi.Name} cannot download anew: {answer.Body.ToJsonString()}");
        world.Changed(pi);
        world.Changed(world.Cloud);
    }

    private async Task QuarantineAsync() => await syncing.SettleQuarantineAsync(onlySome: true);

    private async Task<Guid?> IncidentAsync(Place place)
    {
        var all = (await world.RecordsOfAsync(place)).Of("incident").Select(r => r.Key.Uuid).ToList();
        return all.Count == 0 ? null : world.One(all);
    }

    private async Task<Guid?> ReportAsync(Place place)
    {
        var all = (await world.RecordsOfAsync(place)).Of("report").Select(r => r.Key.Uuid).ToList();
        return all.Count == 0 ? null : world.One(all);
    }

    private static DateTimeOffset At(JsonObject row) => DateTimeOffset.Parse((string)row["occurred_at"]!, CultureInfo.InvariantCulture);

    private static string Write(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Short(Guid uuid) => uuid.ToString()[..8];
}
