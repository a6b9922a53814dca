using System.Globalization;
using System.Text.Json.Nodes;
using ModularRace.Testing;

namespace ModularRace.Simulation;

/// <summary>
/// What must hold in the evening: nothing acknowledged is lost, nothing doubled, nothing invented, all agree. It follows from
/// the journal, not from the product's own books, but for one thing: which edits of a device the cloud has taken.
/// </summary>
internal sealed class Checks(World world)
{
    private static readonly HashSet<string> OfOneSystem = new(
        ["id", "number", "revision", "updated_at", "reported_by", "boot_id", "monotonic_ms", "created_at"], StringComparer.Ordinal);

    /// <summary>What the duplicate rule makes of all records.</summary>
    private static readonly HashSet<string> OfTheGroup = new(["stands", "group_uuid", "merged_into"], StringComparer.Ordinal);

    private readonly List<string> faults = [];
    private readonly Dictionary<(string Side, Guid Uuid), long> taken = [];
    private Records cloud = null!;
    private Dictionary<Guid, List<JsonNode>> conflicts = [];
    private readonly HashSet<(Guid Device, Guid Record, long Edit)> quarantined = [];

    /// <summary>The last edit of a device that was rejected and that nobody took since: whether a later one said the same still, only the product knows.</summary>
    private readonly Dictionary<(Guid Device, Guid Record), long> rejected = [];

    public async Task<IReadOnlyList<string>> RunAsync()
    {
        cloud = await Records.ReadAsync(world.Cloud.Sql, world.Competition);
        await ReadCloudAsync();
        foreach (var pi in world.Pis) await QueueAsync(pi);
        WipedStores();
        Recorded();
        faults.AddRange(await new GroupsCheck(cloud, conflicts).RunAsync(world));
        foreach (var pi in world.Pis) await AgreesAsync(pi);
        await ReferenceAsync();
        Times();
        return faults;
    }

    private async Task ReadCloudAsync()
    {
        await using (var edits = world.Cloud.Sql.CreateCommand("SELECT side, client_uuid, edit FROM sync.record_edits WHERE side <> 'cloud'"))
        await using (var reader = await edits.ExecuteReaderAsync())
            while (await reader.ReadAsync()) taken[(reader.GetString(0), reader.GetGuid(1))] = reader.GetInt64(2);
        conflicts = (await ItemsAsync("/conflicts?state=pending")).Where(c => (string?)c["competition_uuid"] == world.Competition.ToString())
            .GroupBy(c => Guid.Parse((string)c["record_uuid"]!)).ToDictionary(g => g.Key, g => g.ToList());
        foreach (var state in new[] { "open", "set_aside", "closed" })
            foreach (var entry in await ItemsAsync($"/sync/quarantine?state={state}"))
            {
                if (entry["record_uuid"] is null) continue;
                var (device, record, edit) = (Guid.Parse((string)entry["device_uuid"]!), Guid.Parse((string)entry["record_uuid"]!), (long?)entry["edit"] ?? 0);
                if (state != "closed") quarantined.Add((device, record, edit));
                rejected[(device, record)] = Math.Max(edit, rejected.GetValueOrDefault((device, record)));
            }
    }

    private async Task<List<JsonNode>> ItemsAsync(string path)
    {
        var items = new List<JsonNode>();
        for (string? cursor = "", next; cursor is not null; cursor = next)
        {
            var page = await world.Cloud.Must(HttpMethod.Get, $"{path}&limit=500{(cursor.Length == 0 ? "" : "&cursor=" + cursor)}");
            items.AddRange(page["items"]!.AsArray().Select(i => i!));
            next = (string?)page["next_cursor"];
        }

        return items;
    }

    /// <summary>Every row is synced, or in conflict with an open conflict, or failed with an entry in quarantine.</summary>
    private async Task QueueAsync(Pi pi)
    {
        var side = world.SideOf(pi);
        await using var rows = pi.Sql.CreateCommand("SELECT record_type, client_uuid, status, edit, answered_edit, coalesce(error_code, '') FROM sync.sync_queue ORDER BY id");
        await using var reader = await rows.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var (type, uuid, status, edit, answered) = (reader.GetString(0), reader.GetGuid(1), reader.GetString(2), reader.GetInt64(3), reader.GetInt64(4));
            var row = $"{pi.Name}'s queue: {type} {uuid} edit {edit} is {status} {reader.GetString(5)}";
            switch (status)
            {
                case "synced" or "conflict" when taken.GetValueOrDefault((side, uuid)) < edit:
                    faults.Add($"{row}, and the cloud has taken edit {taken.GetValueOrDefault((side, uuid))} only (R1)");
                    break;
                case "conflict" when !conflicts.ContainsKey(uuid) && !conflicts.Values.Any(c => c.Exists(o => (string?)o["other_record_uuid"] == uuid.ToString())):
                    faults.Add($"{row}, and no conflict over it is open");
                    break;
                case "failed" when !quarantined.Contains((pi.Uuid, uuid, edit)):
                    faults.Add($"{row}, and the quarantine has no such entry (R14)");
                    break;
                case "pending":
                    faults.Add(row);
                    break;
            }

            if (status != "failed" && answered < edit) faults.Add($"{row}, but answered for is {answered}");
        }
    }

    private void WipedStores()
    {
        foreach (var (side, uuid, answered, status) in world.Wiped)
            if (status is "synced" or "conflict" && taken.GetValueOrDefault((side, uuid)) < answered)
                faults.Add($"{uuid}: the cloud answered for edit {answered} of {side[..8]}'s lost card, and has taken {taken.GetValueOrDefault((side, uuid))} (R1)");
    }

    private bool IsReal(Said said) => said.Side == "cloud" || said.Edit <= taken.GetValueOrDefault((said.Side, said.Record.Uuid));

    private bool IsUnsure(Said said) => said.Side != "cloud" && rejected.TryGetValue((Guid.Parse(said.Side[..36]), said.Record.Uuid), out var edit) && said.Edit <= edit;

    private void Recorded()
    {
        var byRecord = world.Journal.All.ToLookup(s => s.Record);
        foreach (var record in byRecord)
        {
            var real = record.Where(IsReal).ToList();
            var row = cloud[record.Key];
            if (row is null)
            {
                if (real.Exists(s => !IsUnsure(s))) faults.Add($"{record.Key} was acknowledged in step {real[0].Step} and is not on the cloud");
                continue;
            }

            if (real.Count == 0)
            {
                faults.Add($"{record.Key} is on the cloud, and nobody's edit was taken");
                continue;
            }

            foreach (var value in record.GroupBy(s => s.Value)) ValueHolds(record.Key, value.Key, [.. value], Values.Read(row, value.Key));
        }

        foreach (var (key, _, _) in cloud.All)
            if (!byRecord.Contains(key)) faults.Add($"{key} is on the cloud, and nobody made it");
    }

    /// <summary>
    /// R7 from the journal alone: a value was overtaken where somebody who saw it, or the side that said it, said another.
    /// What is left is what stands; where several are left, a conflict of just those is open.
    /// </summary>
    private void ValueHolds(RecordKey key, string value, List<Said> all, string? stands)
    {
        var real = all.Where(IsReal).ToList();
        var name = $"{key} {value}";
        var disputed = conflicts.GetValueOrDefault(key.Uuid, []).Where(c => c["other_record_uuid"] is null).ToList();
        var open = disputed.Exists(c => c["differing_fields"]!.AsArray().Any(f => (string)f! == Values.OnTheWire(value)));
        if (real.Count == 0) return;
        if (!all.Exists(s => (IsReal(s) || IsUnsure(s)) && s.Text == stands)) faults.Add($"{name} is '{stands}', which nobody said who was heard: {Tell(real)}");

        if (all.Exists(IsUnsure)) return;
        // Who goes back to a value that its base may have held says nothing by it (R7), and the journal does not know the bases.
        if (all.Exists(s => s.Side != "cloud" && all.Exists(e => e.Number < s.Number && e.Side == s.Side && (e.Making ? e.Text : e.Before) == s.Text)) && value is not (Values.Status or Values.Withdrawn)) return;
        // A text that was written twice does not tell which of the two was seen; nor does emptying what was made empty.
        if (all.GroupBy(s => s.Text).Any(g => g.Count() > 1 && g.Any(s => s.Text is not null || !s.Making)) && value is not (Values.Status or Values.Withdrawn)) return;
        var left = value is Values.Status or Values.Withdrawn
            // Official gives way to nothing, and withdrawn stays withdrawn.
            ? [real.Find(s => s.Text is "official" or "withdrawn")?.Text ?? real[0].Text]
            : real.Where(s => !Overtaken(s, all) && !Answered(s)).Select(s => s.Text).Distinct(StringComparer.Ordinal).ToList();
        var unsure = false;
        if (world.Journal.Choices.LastOrDefault(c => c.Record == key && c.Value == value) is { } choice)
        {
            var after = real.Where(s => s.Number >= choice.Number && s.Text != choice.Chosen).ToList();
            // Whether the device had heard of the choice when its person wrote on, the journal does not know.
            unsure = after.Exists(s => s.Side != "cloud" && s.Before == choice.Chosen);
            if (!after.Exists(s => s.Side == "cloud") && !left.Contains(choice.Chosen)) left.Add(choice.Chosen);
        }

        if (value == Values.Decision)
        {
            if (left.Exists(l => !Values.IsPending(l))) left.RemoveAll(Values.IsPending);
            else if (left.Count > 0) left = left.Contains(stands) ? [stands] : left[..1];
        }

        if (left.Count == 0) return;
        if (!left.Contains(stands)) faults.Add($"{name} is '{stands}', and should be '{string.Join("' or '", left)}': {Tell(all)}");
        if (unsure) return;
        if (left.Count == 1 && open) faults.Add($"{name}: a conflict is open, and only '{left[0]}' is left: {Tell(all)}");
        if (left.Count > 1 && !open) faults.Add($"{name}: '{string.Join("' and '", left)}' were said, and no conflict is open: {Tell(all)}");
        // Shown meanwhile: the senior side's, and none is before the cloud (R3).
        if (left.Count > 1 && real.LastOrDefault(s => s.Side == "cloud" && left.Contains(s.Text) && !Overtaken(s, all) && !Answered(s)) is { } senior && stands != senior.Text)
            faults.Add($"{name} shows '{stands}', and the cloud's word is '{senior.Text}' (R3): {Tell(all)}");
        if (left.Count > 1 && open)
            foreach (var text in left.OfType<string>().Where(t => value is "description" or "reporter_name" && !disputed.Exists(c => c["versions"]!.ToJsonString().Contains(t, StringComparison.Ordinal))))
                faults.Add($"{name}: the conflict does not show '{text}' (R8): {Tell(all)}");
    }

    /// <summary>R7: it was in a conflict that a person resolved.</summary>
    private bool Answered(Said said) => world.Journal.Choices.Any(c => c.Record == said.Record && c.Value == said.Value && c.Covered.Contains(said.Text));

    private bool Overtaken(Said said, List<Said> all)
    {
        foreach (var next in all)
        {
            if (next.Number <= said.Number || next.Making) continue;
            var follows = next.Before == said.Text || next.Side == said.Side;
            if (follows && next.Text != said.Text && (IsReal(next) || Overtaken(next, all))) return true;
        }

        return false;
    }

    private string Tell(IEnumerable<Said> said) => string.Join("; ", said.Select(s =>
        $"step {s.Step} {(s.Side == "cloud" ? "cloud" : world.Pis.Find(p => world.SideOf(p) == s.Side)?.Name ?? s.Side)} {(s.Making ? "made" : $"'{s.Before}' ->")} '{s.Text}' edit {s.Edit}{(IsReal(s) ? "" : " (not taken)")}"));

    /// <summary>A device and the cloud have the same records with the same contents, but for what is in quarantine.</summary>
    private async Task AgreesAsync(Pi pi)
    {
        var own = await Records.ReadAsync(pi.Sql, world.Competition);
        var failed = (await pi.Sql.QueryAsync<Guid>("SELECT client_uuid FROM sync.sync_queue WHERE status = 'failed'")).ToHashSet();
        var concerned = Concerned(own, failed);
        foreach (var (key, row, _) in cloud.All)
        {
            if (failed.Contains(key.Uuid)) continue;
            if (own[key] is not { } here) faults.Add($"{pi.Name} has no {key}");
            else
                foreach (var (column, text) in row)
                    if (!OfOneSystem.Contains(column) && !(OfTheGroup.Contains(column) && concerned.Contains(key.Uuid)) && text?.ToJsonString() != here[column]?.ToJsonString())
                        faults.Add($"{pi.Name}: {key} {column} is {here[column]?.ToJsonString() ?? "null"}, and on the cloud {text?.ToJsonString() ?? "null"}");
        }

        foreach (var (key, _, _) in own.All)
            if (cloud[key] is null && !failed.Contains(key.Uuid)) faults.Add($"{pi.Name} has {key}, and the cloud does not");
        var held = await pi.Sql.QueryAsync<string>("SELECT record_type || ' ' || client_uuid || ': ' || reason FROM sync.held_changes");
        foreach (var change in held) faults.Add($"{pi.Name} holds a change back: {change}");
        await HistoryAgreesAsync(pi, failed);
    }

    /// <summary>
    /// The incidents that are in one group, here or on the cloud, with what the cloud did not take: there the two may group differently.
    /// </summary>
    private HashSet<Guid> Concerned(Records own, HashSet<Guid> failed)
    {
        var concerned = own.All.Concat(cloud.All).Where(r => failed.Contains(r.Key.Uuid)).Select(r => r.Key.Type == "report" ? Guid.Parse(Values.Text(r.Row, "incident_uuid")!) : r.Key.Uuid).ToHashSet();
        var groups = own.Of("incident").Select(i => ("here", i)).Concat(cloud.Of("incident").Select(i => ("there", i)))
            .GroupBy(x => (x.Item1, Values.Text(x.i.Row, "group_uuid")), x => x.i.Key.Uuid).Select(g => g.ToHashSet()).ToList();
        for (var more = true; more;)
        {
            more = false;
            foreach (var group in groups.Where(g => g.Overlaps(concerned) && !g.IsSubsetOf(concerned)))
            {
                concerned.UnionWith(group);
                more = true;
            }
        }

        return concerned;
    }

    private async Task HistoryAgreesAsync(Pi pi, HashSet<Guid> failed)
    {
        const string sql = """
            SELECT h.client_uuid || ' ' || h.record_uuid FROM incidents.history_entries h
            LEFT JOIN incidents.reports r ON r.client_uuid = h.record_uuid
            JOIN incidents.incidents i ON i.client_uuid = coalesce(r.incident_uuid, h.record_uuid) WHERE i.competition_uuid = $1
            """;
        var (here, there) = (await pi.Sql.QueryAsync<string>(sql, world.Competition), await world.Cloud.Sql.QueryAsync<string>(sql, world.Competition));
        foreach (var entry in here.Except(there, StringComparer.Ordinal).Where(e => !failed.Overlaps(e.Split(' ').Select(Guid.Parse))).Take(3)) faults.Add($"{pi.Name} has the history entry {entry}, and the cloud does not");
        foreach (var entry in there.Except(here, StringComparer.Ordinal).Where(e => !failed.Overlaps(e.Split(' ').Select(Guid.Parse))).Take(3)) faults.Add($"the cloud has the history entry {entry}, and {pi.Name} does not (R9)");
    }

    /// <summary>Reference data is everywhere as its origin made it last (R9).</summary>
    private async Task ReferenceAsync()
    {
        foreach (var place in world.Pis.Append<Place>(world.Cloud))
        {
            var names = (await place.Sql.QueryAsync<string>(
                "SELECT l.client_uuid || ' ' || l.name FROM competitions.race_locations l JOIN competitions.races r ON r.client_uuid = l.race_uuid WHERE r.competition_uuid = $1", world.Competition))
                .Select(l => l.Split(' ', 2)).ToDictionary(l => Guid.Parse(l[0]), l => l[1]);
            foreach (var (uuid, (origin, name)) in world.Journal.Locations)
                if (names.GetValueOrDefault(uuid) != name) faults.Add($"{place.Name}: location {uuid} is '{names.GetValueOrDefault(uuid)}', and {origin} called it '{name}'");
            var bibs = await place.Sql.QueryAsync<string>(
                "SELECT b.race_uuid || ' ' || b.bib_number || ' ' || a.last_name FROM competitions.bib_assignments b JOIN competitions.athletes a ON a.client_uuid = ANY(b.athlete_uuids) WHERE NOT b.deleted");
            foreach (var (race, bib, lastName) in world.Journal.Bibs)
                if (!bibs.Contains($"{race} {bib} {lastName}")) faults.Add($"{place.Name}: bib {bib} is not {lastName} (R9)");
        }
    }

    /// <summary>R10: where the monotonic clock was known, the corrected time is the true one, within what it says of itself.</summary>
    private void Times()
    {
        foreach (var (report, trueTime) in world.Seen)
        {
            if (cloud[new RecordKey("report", report)] is not { } row || Values.Text(row, "clock_source") != "monotonic") continue;
            if (world.Journal.All.Any(s => s.Record.Uuid == report && s.Value == "occurred_at_device" && !s.Making)) continue;
            var off = (DateTimeOffset.Parse(Values.Text(row, "occurred_at")!, CultureInfo.InvariantCulture) - trueTime).Duration().TotalMilliseconds;
            var told = (long)row["clock_uncertainty_ms"]!;
            if (off > told + 2) faults.Add($"report {report} happened at {trueTime:HH:mm:ss.fff}, and is corrected to {Values.Text(row, "occurred_at")}, {off:0} ms off where {told} are told (R10)");
        }
    }
}
