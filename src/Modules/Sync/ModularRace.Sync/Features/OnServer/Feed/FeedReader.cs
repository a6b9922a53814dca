using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Persistence;
using Npgsql;

namespace ModularRace.Sync.Features.OnServer.Feed;

/// <summary>
/// R9: gives changes their places in the feed. A change gets its place only after its commit, by whoever reads the feed next,
/// under one lock: so none can ever appear behind a cursor that was given out, whatever the order in which transactions
/// commit, and no long transaction holds the others up.
/// </summary>
internal sealed class FeedReader(SyncDbContext db, NpgsqlDataSource dataSource)
{
    private const long Lock = 0x6D72_6665_6564; // "mrfeed"

    /// <summary>Places all that was committed, and gives the last place.</summary>
    public async Task<FeedPlace> HeadAsync(CancellationToken ct)
    {
        // On a connection of its own: the places must be committed before anybody is told of them.
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        await using (var waiting = new NpgsqlCommand(
            "SELECT EXISTS (SELECT FROM sync.record_versions WHERE position IS NULL) OR NOT EXISTS (SELECT FROM sync.feed_epoch)", connection))
            if (await waiting.ExecuteScalarAsync(ct) is true)
                await PlaceAsync(connection, ct);

        await using var head = new NpgsqlCommand(
            """
            SELECT position, mark FROM (SELECT position, mark FROM sync.record_versions WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1) last
            UNION ALL
            SELECT 0, mark FROM sync.feed_epoch
            ORDER BY 1 DESC LIMIT 1
            """, connection);
        await using var row = await head.ExecuteReaderAsync(ct);
        await row.ReadAsync(ct);
        return new FeedPlace(row.GetInt64(0), row.GetGuid(1));
    }

    private static async Task PlaceAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("SELECT pg_advisory_xact_lock($1)") { Parameters = { new() { Value = Lock } } },
                // R1: a place that was told of must outlive a crash.
                new NpgsqlBatchCommand("SET LOCAL synchronous_commit = on"),
                new NpgsqlBatchCommand("INSERT INTO sync.feed_epoch (id, mark) VALUES (1, gen_random_uuid()) ON CONFLICT DO NOTHING"),
                // A statement of its own after the lock: it sees what was committed while it waited.
                new NpgsqlBatchCommand(
                    """
                    UPDATE sync.record_versions v SET position = w.position, mark = gen_random_uuid()
                    FROM (SELECT id, (SELECT COALESCE(MAX(position), 0) FROM sync.record_versions) + ROW_NUMBER() OVER (ORDER BY id) AS position
                          FROM sync.record_versions WHERE position IS NULL) w
                    WHERE v.id = w.id
                    """),
            },
        };
        await batch.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>The place before the first change.</summary>
    public async Task<FeedPlace> BeginningAsync(CancellationToken ct) => new(0, await db.FeedEpochs.Select(e => e.Mark).SingleAsync(ct));

    /// <summary>Whether the feed has been there: after a restored backup another change is at the position, or none (R9).</summary>
    public async Task<bool> HasBeenAtAsync(FeedPlace place, CancellationToken ct) =>
        place.Position == 0
            ? await db.FeedEpochs.AnyAsync(e => e.Mark == place.Mark, ct)
            : await db.Feed.AnyAsync(r => r.Position == place.Position && r.Mark == place.Mark, ct);
}

/// <summary>A position in the feed with the mark of the change there (R9).</summary>
internal sealed record FeedPlace(long Position, Guid Mark);

/// <summary>
/// What a device keeps of the feed: of which competition and day, how far it has read, and at which place the download was
/// made that began it. The feed is read from its beginning, since incidents from before the download follow by the changes;
/// the reference records up to the download's place are in the download, and are not handed over twice.
/// </summary>
internal sealed record FeedCursor(Guid CompetitionUuid, DateOnly? Date, FeedPlace Read, FeedPlace Downloaded)
{
    private const string DateFormat = "yyyyMMdd";

    public string Write() => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"2.{CompetitionUuid:N}.{Date?.ToString(DateFormat, CultureInfo.InvariantCulture)}.{Read.Position}.{Read.Mark:N}.{Downloaded.Position}.{Downloaded.Mark:N}")));

    /// <summary>Reads a cursor that was given out here; for anything else 410 <c>cursor_expired</c>: the device downloads anew.</summary>
    public static FeedCursor Parse(string? cursor)
    {
        try
        {
            if (Encoding.ASCII.GetString(Base64Url.DecodeFromChars(cursor)).Split('.') is ["2", var competition, var date, var read, var mark, var downloaded, var downloadedMark]
                && Guid.TryParseExact(competition, "N", out var uuid)
                && Place(read, mark) is { } reading
                && Place(downloaded, downloadedMark) is { } download)
            {
                if (date.Length == 0) return new FeedCursor(uuid, null, reading, download);
                if (DateOnly.TryParseExact(date, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return new FeedCursor(uuid, day, reading, download);
            }
        }
        catch (FormatException)
        {
            // Not base64url: not ours.
        }

        throw Expired();
    }

    public static Problem Expired() => new(410, "cursor_expired", "This cursor is not known here (any more): download the competition anew.");

    private static FeedPlace? Place(string position, string mark) =>
        long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && Guid.TryParseExact(mark, "N", out var random) ? new FeedPlace(number, random) : null;
}
