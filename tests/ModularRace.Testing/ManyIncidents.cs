using System.Globalization;
using Npgsql;

namespace ModularRace.Testing;

/// <summary>One of the incidents: where and when it was seen.</summary>
public sealed record Sighting(Guid Incident, Guid Race, Guid Place, int Bib, DateTimeOffset At);

/// <summary>
/// Tables as years of races leave them, written by plain SQL: 500 incidents a race and five races a competition, each with a
/// report; one in twenty saw again what the one before saw, and was joined to it; one in a hundred a near miss, which a person
/// dismissed, but for one a race that is open; one in a hundred put together by a person; in every twentieth race two decisions
/// that differ, which wait as a conflict, and an open one over a record; others that are settled.
/// </summary>
public sealed class ManyIncidents
{
    private const int EachRace = 500, EachStanding = 470, Bibs = 200, Locations = 20;
    private static readonly DateTimeOffset Start = new(2026, 2, 8, 7, 0, 0, TimeSpan.Zero);
    private readonly TestDatabase database;
    private readonly long races;

    /// <param name="database">Migrated, and empty.</param>
    /// <param name="standing">How many stand at least; the races are whole.</param>
    public ManyIncidents(TestDatabase database, long standing)
    {
        this.database = database;
        races = (standing + EachStanding - 1) / EachStanding;
    }

    private long Rows => races * EachRace;

    /// <summary>How many there are at which a tap is looked at.</summary>
    public long Places => Rows / 2;

    /// <summary>One of these, the newest race's first: of ten nine are alone, one is in a group of two; none lies near another.</summary>
    public Sighting Place(long i) => At(Rows - (20 * ((i / 10) + 1)) + (i % 10 == 0 ? 18 : 9 - (i % 10)));

    /// <summary>Writes them, and has the server look at what there is, so that it plans as it would after years.</summary>
    public async Task FillAsync()
    {
        // Whole indexes are built faster than they grow, and whole constraints are checked faster.
        var constraints = await ReadAsync("SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname), format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE contype IN ('f', 'u') AND connamespace IN ('incidents'::regnamespace, 'dedup'::regnamespace) ORDER BY contype");
        foreach (var (drop, _) in constraints) await RunAsync(drop);
        var indexes = await ReadAsync("SELECT format('DROP INDEX %I.%I', schemaname, indexname), indexdef FROM pg_indexes WHERE schemaname IN ('incidents', 'dedup') AND indexname NOT LIKE 'pk\\_%'");
        foreach (var (drop, _) in indexes) await RunAsync(drop);
        await RunAsync(Script);
        foreach (var (_, make) in indexes) await RunAsync(make);
        foreach (var (_, make) in constraints.Reverse()) await RunAsync(make);
        await RunAsync($"ALTER DATABASE \"{database.Name}\" SET default_statistics_target = 1000");
        foreach (var (look, leave) in await ReadAsync("SELECT format('VACUUM ANALYZE %I.%I', schemaname, tablename), format('ALTER TABLE %I.%I SET (autovacuum_enabled = false)', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('competitions', 'incidents', 'dedup')"))
        {
            // What the server knows stays as it is, and it has nothing else to do while it is measured.
            await RunAsync(leave);
            await RunAsync(look);
        }
    }

    private static Sighting At(long n)
    {
        var race = n / EachRace;
        return new Sighting(Named(1, n), Named(2, race), Named(4, (race * Locations) + (n % Locations)), (int)(1 + (n * 7 % Bibs)), Start.AddSeconds(57 * (n % EachRace)));
    }

    private static Guid Named(int kind, long n) => Guid.ParseExact(string.Create(CultureInfo.InvariantCulture, $"{1700000000000 + n:x12}7{kind:000}8000{n:x12}"), "N");

    private string Script =>
        $"""
         CREATE FUNCTION pg_temp.named(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
             $$ SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || lpad(kind::text, 3, '0') || '8000' || lpad(to_hex(n), 12, '0'))::uuid $$;

         INSERT INTO competitions.competitions (client_uuid, name, country, start_date, end_date, time_zone, practice, revision, origin, created_at, updated_at)
         SELECT pg_temp.named(3, c), 'Weekend ' || c, 'SUI', '2026-02-07', '2026-02-08', 'Europe/Zurich', false, '1-000000000000', 'cloud', '{Start:O}', '{Start:O}'
         FROM generate_series(0, {(races - 1) / 5}) c;
         INSERT INTO competitions.races (client_uuid, competition_uuid, name, discipline, status, revision, origin, created_at, updated_at)
         SELECT pg_temp.named(2, r), pg_temp.named(3, r / 5), 'Race ' || r, 'individual', 'in_progress', '1-000000000000', 'cloud', '{Start:O}', '{Start:O}'
         FROM generate_series(0, {races - 1}) r;
         INSERT INTO competitions.race_locations (client_uuid, race_uuid, name, position, deleted, revision, origin, created_at, updated_at)
         SELECT pg_temp.named(4, r * {Locations} + l), pg_temp.named(2, r), 'Gate ' || l, l, false, '1-000000000000', 'cloud', '{Start:O}', '{Start:O}'
         FROM generate_series(0, {races - 1}) r, generate_series(0, {Locations - 1}) l;
         INSERT INTO incidents.incident_counters (competition_uuid, last) SELECT client_uuid, {5 * EachRace} FROM competitions.competitions;

         CREATE TEMP TABLE seen AS
         SELECT n, race, k, twin, clash, miss, told, pg_temp.named(1, n) AS incident, pg_temp.named(1, n - 1) AS before, pg_temp.named(2, race) AS race_uuid, pg_temp.named(3, race / 5) AS competition,
             pg_temp.named(4, race * {Locations} + (CASE WHEN twin THEN n - 1 ELSE n END) % {Locations}) AS place,
             1 + (CASE WHEN twin OR miss THEN n - 1 ELSE n END) * 7 % {Bibs} AS bib,
             timestamptz '{Start:O}' + (CASE WHEN twin THEN k * 57 - 47 WHEN miss THEN k * 57 - 17 ELSE k * 57 END) * interval '1 second' AS at,
             CASE WHEN (twin AND NOT clash) OR told THEN pg_temp.named(1, n - 1) END AS merged_into,
             CASE WHEN clash THEN 'no_action' WHEN k = 38 AND race % 20 = 0 THEN 'rejected' ELSE 'pending' END AS decision
         FROM (SELECT n, n / {EachRace} AS race, n % {EachRace} AS k, n % 20 = 19 AS twin, n % {EachRace} = 39 AND n / {EachRace} % 20 = 0 AS clash, n % 100 = 50 AS miss, n % 100 = 70 AS told FROM generate_series(0, {Rows - 1}) n) s;

         INSERT INTO incidents.incidents (client_uuid, number, competition_uuid, race_uuid, race_location_uuid, bib_number, occurred_at, occurred_at_device, clock_offset_ms, clock_uncertainty_ms, status, decision, merged_into, stands, revision, origin, created_at, updated_at)
         SELECT incident, n % {5 * EachRace} + 1, competition, race_uuid, place, bib, at, at, 0, 40, CASE WHEN decision = 'pending' THEN 'unofficial' ELSE 'official' END, decision, merged_into, merged_into IS NULL, '1-000000000000', 'cloud', at, at FROM seen;
         INSERT INTO incidents.reports (client_uuid, incident_uuid, reporter_name, reported_by, description, occurred_at, occurred_at_device, clock_offset_ms, clock_uncertainty_ms, revision, origin, created_at, updated_at)
         SELECT pg_temp.named(5, n), incident, 'Ines', 'Ines (referee, cloud)', 'Skins not in the pack', at, at, 0, 40, '1-000000000000', 'cloud', at, at FROM seen;

         INSERT INTO dedup.group_members (incident_uuid, competition_uuid, said_competition_uuid, race_uuid, said_race_uuid, origin, occurred_at, status, decision, withdrawn, stands_for)
         SELECT incident, competition, competition, race_uuid, race_uuid, 'cloud', at, CASE WHEN decision = 'pending' THEN 'unofficial' ELSE 'official' END, decision, false, COALESCE(merged_into, incident) FROM seen;
         INSERT INTO dedup.observations (incident_uuid, report_uuid, race_uuid, location_uuid, bib_number, occurred_at, occurred_at_device, uncertainty_ms, seen_by, fingerprint)
         SELECT incident, report, race_uuid, place, bib, at, at, 40, 'Ines on Pi Start',
             sha256(uuid_send(race_uuid) || uuid_send(place) || int4send(bib::int) || int8send((floor(extract(epoch FROM at) * 1000 / 30000))::bigint))
         FROM seen CROSS JOIN LATERAL (VALUES (NULL::uuid), (pg_temp.named(5, n))) r (report);
         INSERT INTO dedup.merges (client_uuid, competition_uuid, race_uuid, lower_uuid, higher_uuid, into_uuid, by, reason, seconds_apart, times, made_at)
         SELECT pg_temp.named(6, n), competition, race_uuid, before, incident, before, CASE WHEN told THEN 'VAR 2 (var_operator, cloud)' ELSE 'rule' END, 'Bib ' || bib || ': two reports 10 s apart', 10, ARRAY[at - interval '10 seconds', at], at
         FROM seen WHERE merged_into IS NOT NULL;
         INSERT INTO dedup.groupings (client_uuid, kind, lower_uuid, higher_uuid, competition_uuid, race_uuid, said_at_device, said_at, said_by, revision, origin, created_at)
         SELECT pg_temp.named(7, n), CASE WHEN told THEN 'together' ELSE 'apart' END, before, incident, competition, race_uuid, at, at, 'VAR 2 (var_operator, cloud)', '1-000000000000', 'cloud', at
         FROM seen WHERE told OR (miss AND k <> 450);
         INSERT INTO dedup.suggestions (client_uuid, competition_uuid, race_uuid, lower_uuid, higher_uuid, bib_number, reason, seconds_apart, times, made_at, outcome, settled_by, settled_at)
         SELECT pg_temp.named(8, n), competition, race_uuid, before, incident, bib, 'Not joined: they are at different places', 40, ARRAY[at - interval '40 seconds', at], at,
             CASE WHEN k <> 450 THEN 'dismissed' END, CASE WHEN k <> 450 THEN 'VAR 2 (var_operator, cloud)' END, CASE WHEN k <> 450 THEN at END
         FROM seen WHERE miss;
         INSERT INTO dedup.sync_conflicts (client_uuid, revision, conflict_type, record_type, record_uuid, other_record_uuid, competition_uuid, race_uuid, versions, differing_fields, disputes, created_at, resolution, resolved_at)
         SELECT pg_temp.named(9, n), '1-000000000000', CASE WHEN twin THEN 'fingerprint_match_decision_mismatch' ELSE 'field_mismatch' END, 'incident', incident, CASE WHEN twin THEN before END, competition, race_uuid, '{"{}"}',
             CASE WHEN twin THEN ARRAY['decision'] ELSE ARRAY['description'] END, '[]', at, CASE WHEN NOT open THEN 'closed' END, CASE WHEN NOT open THEN at END
         FROM seen CROSS JOIN LATERAL (SELECT clash OR (k = 60 AND race % 20 = 0) AS open) o WHERE k % 50 = 10 OR k IN (39, 139) OR open
         """;

    private async Task<IReadOnlyList<(string, string)>> ReadAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<(string, string)>();
        while (await reader.ReadAsync()) rows.Add((reader.GetString(0), reader.GetString(1)));
        return rows;
    }

    /// <summary>However long it takes.</summary>
    private async Task RunAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false;Command Timeout=0;Options=-c work_mem=256MB -c maintenance_work_mem=1GB -c synchronous_commit=off");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
