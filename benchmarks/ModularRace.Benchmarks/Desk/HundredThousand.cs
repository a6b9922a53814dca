using System.Globalization;

namespace ModularRace.Benchmarks.Desk;

/// <summary>
/// One race with 100,000 incidents that stand, in the tables as the modules leave them: harsher than any race, so that what
/// grows with the number shows. One in ten was joined by another; a fifth is official, a tenth decided; three in a hundred have
/// a clip; five devices and the desk reported.
/// </summary>
internal static class HundredThousand
{
    public const int Standing = 100_000, Bibs = 200;

    /// <summary>A device as <c>origin</c> has it; 0 to 4 reported.</summary>
    public static string Device(int n) => $"0197f2a0-0000-7000-8000-{(0xd00 + n).ToString("x12", CultureInfo.InvariantCulture)}";

    public static async Task FillAsync(TestDatabase database, Guid competition, Guid race, IReadOnlyList<Guid> places)
    {
        await database.ExecuteAsync(Incidents, competition, race, places.ToArray());
        await database.ExecuteAsync(Reports);
        await database.ExecuteAsync(Clips);
        await database.ExecuteAsync($"UPDATE incidents.incident_counters SET last = {2 * Standing}");
        foreach (var table in new[] { "incidents", "reports", "clips" }) await database.ExecuteAsync($"VACUUM ANALYZE incidents.{table}");
    }

    /// <summary>Every tenth has one more, joined to it: 110,000 rows.</summary>
    private static readonly string Incidents =
        $"""
         INSERT INTO incidents.incidents (client_uuid, number, competition_uuid, race_uuid, race_location_uuid, bib_number, description, occurred_at, occurred_at_device, clock_offset_ms, clock_uncertainty_ms,
             status, decision, penalty_code, decided_at, merged_into, stands, revision, origin, created_at, updated_at)
         SELECT uuid, n + 1, $1, $2, $3[1 + n % cardinality($3)], 1 + n * 7 % {Bibs}, 'Skins not in the pack', at, at, 0, 40,
             CASE WHEN n % 5 = 0 THEN 'official' ELSE 'unofficial' END, decision, CASE WHEN decision = 'penalty_applied' THEN 'M1' END, CASE WHEN decision <> 'pending' THEN at END,
             CASE WHEN twin THEN first END, NOT twin, '1-000000000000', CASE WHEN n % 6 = 5 THEN 'cloud' ELSE '0197f2a0-0000-7000-8000-' || lpad(to_hex(3328 + n % 6), 12, '0') END, at, at
         FROM (SELECT n, n >= {Standing} AS twin, md5('incident ' || n)::uuid AS uuid, md5('incident ' || (n - {Standing}) * 10)::uuid AS first,
                 timestamptz '2026-02-07 06:00Z' + (CASE WHEN n >= {Standing} THEN (n - {Standing}) * 10 + 0.1 ELSE n END) * interval '0.7 seconds' AS at,
                 CASE WHEN n >= {Standing} OR n % 10 > 0 THEN 'pending' WHEN n % 20 = 0 THEN 'penalty_applied' WHEN n % 30 = 0 THEN 'rejected' ELSE 'no_action' END AS decision
             FROM generate_series(0, {Standing + (Standing / 10) - 1}) n) s
         """;

    private const string Reports =
        """
        INSERT INTO incidents.reports (client_uuid, incident_uuid, reporter_name, reported_by, description, occurred_at, occurred_at_device, clock_offset_ms, clock_uncertainty_ms,
            clip_sha256, clip_size_bytes, clip_content_type, clip_duration_ms, revision, origin, created_at, updated_at)
        SELECT md5('report ' || number)::uuid, client_uuid, 'Ines', 'Ines (referee)', 'Skins not in the pack', occurred_at, occurred_at, 0, 40,
            CASE WHEN number % 33 = 0 THEN encode(sha256(number::text::bytea), 'hex') END, CASE WHEN number % 33 = 0 THEN 2000000 END, CASE WHEN number % 33 = 0 THEN 'video/mp4' END, CASE WHEN number % 33 = 0 THEN 6000 END,
            '1-000000000000', origin, created_at, updated_at
        FROM incidents.incidents
        """;

    private const string Clips =
        """
        INSERT INTO incidents.clips (sha256, size_bytes, content_type, duration_ms, held, state, changed_at)
        SELECT clip_sha256, clip_size_bytes, clip_content_type, clip_duration_ms, true, CASE WHEN id % 20 = 0 THEN 'failed' WHEN id % 5 = 0 THEN 'pending' ELSE 'stored' END, updated_at
        FROM incidents.reports WHERE clip_sha256 IS NOT NULL
        """;
}
