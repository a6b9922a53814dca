using System.Text.Json.Nodes;

namespace ModularRace.Simulation;

/// <summary>R6 to R8: people disagree; a person looks at the conflict and chooses, now or later, on what they saw long ago, and sometimes twice.</summary>
internal sealed class Resolving(World world)
{
    private readonly Dictionary<string, JsonNode> looked = new(StringComparer.Ordinal);

    public async Task ResolveAsync()
    {
        var open = (await world.Cloud.Must(HttpMethod.Get, "/conflicts?state=pending&limit=500"))["items"]!.AsArray()
            .Where(c => (string?)c!["competition_uuid"] == world.Competition.ToString()).ToList();
        if (open.Count == 0)
        {
            await DisputeAsync();
            return;
        }

        // By what it is over: the conflict's own identity is no seed's.
        var now = world.One(open.OrderBy(c => $"{c!["record_type"]} {c["record_uuid"]} {c["other_record_uuid"]}", StringComparer.Ordinal).ToList())!;
        var uuid = (string)now["client_uuid"]!;
        var seen = looked.GetValueOrDefault(uuid, now);
        looked[uuid] = now;
        if (seen == now && world.Likely(0.3))
        {
            world.Tell($"somebody looks at the conflict over {Over(now)}", "look at a conflict");
            return;
        }

        var way = world.One(Ways(seen));
        var body = new JsonObject { ["resolution"] = way, ["notes"] = world.NewWords("cloud"), ["record_revision"] = seen["record_revision"]!.DeepClone() };
        if (way == "manual") body["data"] = new JsonObject { ["description"] = world.NewWords("cloud") };
        var answer = await ActAsync($"resolve {Over(now)} {way}");
        if ((string)seen["record_revision"]! != (string)now["record_revision"]!)
        {
            if (answer.Code != "record_changed") throw new SimulationFault($"The conflict over {Over(now)} was seen at {seen["record_revision"]}, is at {now["record_revision"]}, and resolving it is answered {answer}.");
            return;
        }

        if (!answer.Yes) throw new SimulationFault($"The conflict over {Over(now)} cannot be resolved as {way}: {answer.Body.ToJsonString()}");
        await NoteAsync(now, way);
        if (world.Likely(0.3) && (await ActAsync($"resolve {Over(now)} again")).Code != "already_resolved") throw new SimulationFault($"The conflict over {Over(now)} is resolved twice.");

        Task<Answer> ActAsync(string what) => world.ActAsync(world.Cloud, what, HttpMethod.Post, $"/conflicts/{uuid}/resolve", body);
    }

    /// <summary>Two people say different things of one record, each at a system that has not heard of the other.</summary>
    private async Task DisputeAsync()
    {
        var (first, second) = (world.AnyPi(), world.AnyPlace());
        if (first == second) return;
        var (here, there) = (await world.RecordsOfAsync(first), await world.RecordsOfAsync(second));
        var both = here.All.Select(r => r.Key).Where(k => there[k] is not null).ToList();
        if (both.Count == 0) return;
        var key = world.One(both);
        var decide = key.Type == "incident" && world.Likely(0.4);
        foreach (var (place, decision) in new[] { ((Place)first, "no_action"), (second, "rejected") })
            if (decide)
            {
                await world.ActAsync(place, $"officialize {key}", HttpMethod.Post, $"/incidents/{key.Uuid}/officialize");
                await world.ActAsync(place, $"decide {key} {decision}", HttpMethod.Post, $"/incidents/{key.Uuid}/decision", new { decision, note = world.NewWords(place.Name) });
            }
            else
            {
                await world.ActAsync(place, $"edit {key} too", HttpMethod.Patch, $"/{key.Type}s/{key.Uuid}", new { description = world.NewWords(place.Name) });
            }
    }

    /// <summary>R8: while a conflict is open, somebody who may not have heard of it says another thing of the record.</summary>
    public async Task SpeakUpAsync()
    {
        var open = (await world.Cloud.Must(HttpMethod.Get, "/conflicts?state=pending&limit=500"))["items"]!.AsArray()
            .Where(c => (string?)c!["competition_uuid"] == world.Competition.ToString() && (string)c["record_type"]! is "incident" or "report" && c["other_record_uuid"] is null)
            .Select(c => new RecordKey((string)c!["record_type"]!, Guid.Parse((string)c["record_uuid"]!))).Distinct().OrderBy(k => k.ToString(), StringComparer.Ordinal).ToList();
        var place = world.AnyPlace();
        var records = await world.RecordsOfAsync(place);
        open.RemoveAll(k => records[k] is null);
        if (open.Count == 0) return;
        var key = world.One(open);
        await world.ActAsync(place, $"speak up on {key}", HttpMethod.Patch, $"/{key.Type}s/{key.Uuid}", new { description = world.NewWords(place.Name) });
    }

    private static List<string> Ways(JsonNode conflict)
    {
        if ((string)conflict["record_type"]! is not ("incident" or "report")) return ["cloud_wins"];
        var ways = new List<string> { "cloud_wins", "device_wins" };
        if (conflict["other_record_uuid"] is not null) ways.Add("keep_apart");
        else if (Fields(conflict).Contains("description", StringComparer.Ordinal)) ways.Add("manual");
        return ways;
    }

    /// <summary>What was chosen, and what gives way to it, for the journal.</summary>
    private async Task NoteAsync(JsonNode conflict, string way)
    {
        var (type, record, fields) = ((string)conflict["record_type"]!, Guid.Parse((string)conflict["record_uuid"]!), Fields(conflict));
        if (type is not ("incident" or "report") || way == "keep_apart") return;
        var records = await world.RecordsOfAsync(world.Cloud);
        var versions = conflict["versions"]!.AsObject().Select(v => v.Value).Append(conflict["cloud_data"]).Append(conflict["device_data"]).OfType<JsonObject>().ToList();
        var other = (string?)conflict["other_record_uuid"];
        foreach (var key in other is null ? new[] { new RecordKey(type, record) } : [new RecordKey(type, record), new RecordKey(type, Guid.Parse(other))])
            foreach (var value in Values.Of(type).Where(v => fields.Contains(Values.OnTheWire(v), StringComparer.Ordinal)))
            {
                var chosen = Values.Read(records[key]!, value);
                // Between two incidents each had but its own decision, and says the other now.
                var covered = other is null ? versions.Select(v => Values.OfVersion(v, value)).Where(t => t != chosen) : [];
                world.Journal.Chose(key, value, chosen, covered.ToHashSet(StringComparer.Ordinal));
            }
    }

    private static List<string> Fields(JsonNode conflict) => [.. conflict["differing_fields"]!.AsArray().Select(f => (string)f!)];

    private static string Over(JsonNode conflict) =>
        $"{new RecordKey((string)conflict["record_type"]!, Guid.Parse((string)conflict["record_uuid"]!))} {string.Join('+', Fields(conflict))}";
}
