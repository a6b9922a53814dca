using Npgsql;

namespace ModularRace.Sync.Domain.OnDevice.Clock;

/// <summary>
/// Keeps anchors in <c>sync.clock_anchors</c>. Plain SQL on a connection of its own: the clock is read by singletons, and an
/// anchor is true whatever becomes of anyone's transaction.
/// </summary>
internal sealed class AnchorStore(NpgsqlDataSource dataSource) : IAnchorStore
{
    private const int KeptPerBoot = 200;

    public IReadOnlyList<ClockAnchor> Load()
    {
        // Once in the life of the process, at its start.
        using var connection = dataSource.OpenConnection();
        using var command = new NpgsqlCommand(
            """
            SELECT boot_id, monotonic_ms, cloud_at, wall_at, uncertainty_ms FROM sync.clock_anchors
            WHERE id > (SELECT coalesce(max(id), 0) - 1000 FROM sync.clock_anchors)
            ORDER BY id
            """,
            connection);
        using var reader = command.ExecuteReader();
        var anchors = new List<ClockAnchor>();
        while (reader.Read())
            anchors.Add(new ClockAnchor(reader.GetGuid(0), reader.GetInt64(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetInt64(4)));
        return anchors;
    }

    public async Task SaveAsync(ClockAnchor anchor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO sync.clock_anchors (boot_id, monotonic_ms, cloud_at, wall_at, uncertainty_ms) VALUES ($1, $2, $3, $4, $5)
            """,
            connection);
        command.Parameters.AddWithValue(anchor.BootId);
        command.Parameters.AddWithValue(anchor.MonotonicMs);
        command.Parameters.AddWithValue(anchor.CloudAt);
        command.Parameters.AddWithValue(anchor.WallAt);
        command.Parameters.AddWithValue(anchor.UncertaintyMs);
        await command.ExecuteNonQueryAsync(cancellationToken);

        await using var trim = new NpgsqlCommand(
            """
            DELETE FROM sync.clock_anchors WHERE boot_id = $1 AND id < (
              SELECT min(id) FROM (SELECT id FROM sync.clock_anchors WHERE boot_id = $1 ORDER BY id DESC LIMIT $2) AS kept)
            """,
            connection);
        trim.Parameters.AddWithValue(anchor.BootId);
        trim.Parameters.AddWithValue(KeptPerBoot);
        await trim.ExecuteNonQueryAsync(cancellationToken);
    }
}
