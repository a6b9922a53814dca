using System.Text.Json.Nodes;
using ModularRace.Testing;

namespace ModularRace.Simulation;

/// <summary>Runs of a Pi against the cloud, and what must hold after each, whatever happened to it.</summary>
internal sealed class Syncing(World world)
{
    /// <summary>Presses "Sync now".</summary>
    /// <returns>The run's figures; null where it did not end well.</returns>
    public async Task<JsonNode?> SyncAsync(Pi pi, bool mayBreak = false)
    {
        var well = pi.Link is { Up: true, Ahead.Count: 0, GoneAfter: null } && !pi.Revoked && pi.Granted && !mayBreak;
        var revoked = pi.Revoked;
        var ahead = string.Join(' ', pi.Link.Ahead.Select(t => t.Trouble.ToString())) + (pi.Link.GoneAfter is { } n ? $" gone after {n}" : "") + (pi.Link.Up ? "" : " no link");
        pi.Link.Answers.Clear();
        pi.Link.ServerFaults.Clear();
        var retries = await RetriesAsync(pi);
        var answer = await DecidesOnlyWhoMayAsync(pi, pi.SyncAsync);
        world.Changed(pi);
        world.Tell($"{pi.Name}: sync {ahead} -> {(answer is null ? "the power is gone" : answer.Yes ? answer.Body.ToJsonString() : answer.ToString())}", answer is null ? "sync cut by power" : answer.Yes ? "sync" : "sync failed");
        if (answer is null)
        {
            pi.Link.PowerBack();
            pi.Link.Heal();
            pi.Boot.Reboot(world.NewUuid());
            await pi.StartAsync(powerWasLost: true);
        }
        else
        {
            pi.Link.Ahead.Clear();
        }

        if (revoked && answer is { Yes: true }) throw new SimulationFault($"{pi.Name} was revoked, and the cloud served it (R15).");
        if (pi.Link.ServerFaults.Count > 0 && !mayBreak) throw new SimulationFault($"The cloud answered {pi.Link.ServerFaults[0]}");
        // R11: only the cloud puts a record off.
        if (!pi.Link.Answers.Exists(a => a.Status == "deferred") && await RetriesAsync(pi) > retries) throw new SimulationFault($"{pi.Name}: a retry was counted though the cloud put nothing off (R11).");
        if (!mayBreak) await AnsweredIsSettledAsync(pi);
        if (!well && pi.Link.Answers.Count > 0) world.Count("answered on a bad link");
        if (well)
        {
            if (answer is not { Yes: true }) throw new SimulationFault($"{pi.Name}: the link holds, and the run ended with {answer}: {answer?.Body.ToJsonString()}");
            await NothingWaitsForNothingAsync(pi);
        }

        return answer is { Yes: true } ? answer.Body : null;
    }

    /// <summary>R6: what a device sends changes official status and decisions only where the cloud granted it that.</summary>
    public async Task<T> DecidesOnlyWhoMayAsync<T>(Pi pi, Func<Task<T>> sends)
    {
        var may = (await world.Cloud.Sql.QueryAsync<bool>("SELECT may_decide FROM sync.devices WHERE device_uuid = $1", pi.Uuid))[0];
        var before = await world.RecordsOfAsync(world.Cloud);
        var answer = await sends();
        world.Changed(world.Cloud);
        if (may) return answer;
        var after = await world.RecordsOfAsync(world.Cloud);
        foreach (var (key, row, _) in after.Of("incident"))
        {
            var (was, now) = (before[key] is { } old ? Decided(old) : "unofficial, pending", Decided(row));
            if (was != now) throw new SimulationFault($"{pi.Name} may not decide, and what it sent made {key} {now}; it was {was} (R6).");
        }

        return answer;

        static string Decided(JsonObject row)
        {
            var decision = Values.Read(row, Values.Decision);
            return $"{(Values.Text(row, Values.Status) == "official" ? "official" : "unofficial")}, {(Values.IsPending(decision) ? "pending" : decision)}";
        }
    }

    /// <summary>A person looks at what was rejected: takes it, or, where that is refused, sets it aside. Answers whether there was anything.</summary>
    public async Task<bool> SettleQuarantineAsync(bool onlySome)
    {
        var open = (await world.Cloud.Must(HttpMethod.Get, "/sync/quarantine?limit=500"))["items"]!.AsArray();
        var any = false;
        foreach (var entry in open.Where(e => (string?)e!["competition_uuid"] == world.Competition.ToString()))
        {
            if (onlySome && world.Likely(0.5)) continue;
            any = true;
            var uuid = (string)entry!["client_uuid"]!;
            var waiting = entry["record_uuid"] is null ? [] : await WaitForAsync(entry);
            var accepted = world.Likely(0.6) ? await world.Cloud.Post($"/sync/quarantine/{uuid}", new { action = "accept" }) : null;
            var aside = accepted is { Yes: true } ? null : await world.Cloud.Post($"/sync/quarantine/{uuid}", new { action = "set_aside", note = "not now" });
            world.Changed(world.Cloud);
            world.Tell(
                $"quarantine: {(string?)entry["type"]} {(string?)entry["record_uuid"]} edit {entry["edit"]} {(string?)entry["error"]!["code"]} -> accept {accepted?.ToString() ?? "-"}, set aside {aside?.ToString() ?? "-"}", "quarantine");
            if (accepted is { Yes: true } && waiting.Count > 0)
            {
                world.Count("followed");
                // R14: what waited for it follows it.
                if ((await WaitForAsync(entry)).Intersect(waiting, StringComparer.Ordinal).FirstOrDefault() is { } left)
                    throw new SimulationFault($"{(string?)entry["record_uuid"]} was accepted out of quarantine, and {left} still waits there for it (R14).");
            }

            if (aside is { Yes: false } && aside.Code != "already_resolved") throw new SimulationFault($"An entry of the quarantine cannot be set aside: {aside}");
            if (accepted is not null && (int)accepted.Status >= 500) throw new SimulationFault($"Accepting out of quarantine answered {accepted}: {accepted.Body.ToJsonString()}");
        }

        return any;
    }

    /// <summary>What waits in quarantine for this record, and for no other that is there too.</summary>
    private Task<IReadOnlyList<string>> WaitForAsync(JsonNode entry) => world.Cloud.Sql.QueryAsync<string>(
        """
        SELECT q.type || ' ' || q.record_uuid FROM sync.quarantine q
        WHERE q.device_uuid = $1 AND q.state = 'open' AND q.code = 'parent_in_quarantine' AND q.received LIKE '%' || $2 || '%' AND q.record_uuid <> $2::uuid
          AND NOT EXISTS (
            SELECT FROM sync.quarantine o WHERE o.device_uuid = q.device_uuid AND o.state IN ('open', 'set_aside') AND o.record_uuid NOT IN (q.record_uuid, $2::uuid)
              AND q.received LIKE '%' || o.record_uuid || '%')
        ORDER BY q.id
        """,
        Guid.Parse((string)entry["device_uuid"]!), (string)entry["record_uuid"]!);

    private static async Task<long> RetriesAsync(Pi pi) => (await pi.Sql.QueryAsync<long>("SELECT coalesce(sum(retry_count), 0)::bigint FROM sync.sync_queue"))[0];

    /// <summary>R12: what was answered is done with, though the link broke right after.</summary>
    private static async Task AnsweredIsSettledAsync(Pi pi)
    {
        var told = pi.Link.Answers.Where(a => a.Status != "deferred").ToList();
        if (told.Count == 0) return;
        var open = await pi.Sql.QueryAsync<string>(
            "SELECT q.record_type || ' ' || q.client_uuid FROM unnest($1, $2) AS t(uuid, edit) JOIN sync.sync_queue q ON q.client_uuid = t.uuid WHERE q.answered_edit < t.edit",
            told.Select(a => a.Uuid).ToArray(), told.Select(a => a.Edit).ToArray());
        if (open.Count > 0) throw new SimulationFault($"{pi.Name}: {open[0]} was answered for, and the queue does not know (R12).");
    }

    /// <summary>R8, R14: after a run that nothing disturbed, what still waits has the cloud's word why.</summary>
    private static async Task NothingWaitsForNothingAsync(Pi pi)
    {
        var waiting = await pi.Sql.QueryAsync<string>("SELECT record_type || ' ' || client_uuid FROM sync.sync_queue WHERE status = 'pending' AND error_code IS NULL");
        if (waiting.Count > 0) throw new SimulationFault($"{pi.Name}: {waiting.Count} records wait after a run that nothing disturbed, such as {waiting[0]} (R8).");
    }
}
