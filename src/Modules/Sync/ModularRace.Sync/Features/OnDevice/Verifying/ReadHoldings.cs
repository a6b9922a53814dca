using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Verifying;

/// <summary>Everything that this Pi made or changed, as the cloud is asked about it.</summary>
internal sealed record ReadHoldings : IQuery<Holdings>;

/// <param name="CompetitionUuid">The competition that the proof is made for; null: nothing was made in any.</param>
/// <param name="Records">In the order of the queue: the same holdings make the same requests, and the same digest.</param>
/// <param name="Clips">SHA-256 of each clip that a report here names and that was taken here; what another took is not this Pi's to prove.</param>
internal sealed record Holdings(Guid? CompetitionUuid, IReadOnlyList<Holding> Records, IReadOnlyList<string> Clips)
{
    /// <summary>A hundred and sixty bytes each: far below the 8 MiB of a request, and little to send again on a bad link.</summary>
    public const int MostInRequest = 10_000;

    /// <summary>How many requests it takes; one also where nothing was made.</summary>
    public int Parts => Math.Max(1, (Records.Count + MostInRequest - 1) / MostInRequest);

    /// <summary>The n-th request, from 0. The clips go with the last.</summary>
    public VerifyRequest Part(int number, Guid? earlier) => new(
        CompetitionUuid, [.. Records.Skip(number * MostInRequest).Take(MostInRequest).Select(r => new VerifyRecord(r.Type, r.ClientUuid, r.Digest))],
        number == Parts - 1 ? Clips : [], earlier);
}

/// <param name="Edit">The edit that the digest is of.</param>
/// <param name="Digest">SHA-256 of the whole version, lower-case hexadecimal.</param>
internal sealed record Holding(string Type, Guid ClientUuid, long Edit, string Digest);

internal sealed class ReadHoldingsHandler(SyncDbContext db, DeviceRow row) : IRequestHandler<ReadHoldings, Holdings>
{
    public async Task<Holdings> Handle(ReadHoldings request, CancellationToken cancellationToken)
    {
        var competition = await db.Queue.CompetitionAsync(await row.ReadAsync(cancellationToken), cancellationToken);
        var records = new List<Holding>();
        var clips = new HeldNames(await db.ClipTransfers.Select(t => t.Sha256).ToListAsync(cancellationToken));

        // Row by row: the versions of a long season need not stand in memory together.
        await foreach (var entry in db.Queue.AsNoTracking().OrderBy(e => e.Id).AsAsyncEnumerable().WithCancellation(cancellationToken))
            records.Add(Of(entry, clips));
        return new Holdings(competition, records, clips.Named);
    }

    /// <summary>One of them; the clip that it names is added to the others.</summary>
    public static Holding Of(QueueEntry entry, HeldNames clips)
    {
        if (entry.RecordType == RecordTypes.Report && Clip(entry.Content) is { } sha256) clips.Add(sha256);
        return new Holding(entry.RecordType, entry.ClientUuid, entry.Edit, RecordDigest.Hex(entry.Content));
    }

    private static string? Clip(JsonObject content) =>
        content["clip"] is JsonObject clip && clip["sha256"] is JsonValue value && value.TryGetValue<string>(out var sha256) ? sha256 : null;
}

/// <summary>The clips that were taken here, and which of them were named.</summary>
internal sealed class HeldNames(IEnumerable<string> held)
{
    private readonly HashSet<string> held = new(held, StringComparer.Ordinal);
    private readonly SortedSet<string> named = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Named => [.. named];

    public void Add(string sha256)
    {
        if (held.Contains(sha256)) named.Add(sha256);
    }
}

internal static class QueueCompetition
{
    /// <summary>The one that was downloaded; of an emergency's the one that most was made in.</summary>
    public static async Task<Guid?> CompetitionAsync(this IQueryable<QueueEntry> queue, ThisDevice device, CancellationToken cancellationToken) =>
        device.CompetitionUuid
        ?? await queue.Where(e => e.CompetitionUuid != null).GroupBy(e => e.CompetitionUuid).OrderByDescending(g => g.Count()).Select(g => g.Key).FirstOrDefaultAsync(cancellationToken);
}
