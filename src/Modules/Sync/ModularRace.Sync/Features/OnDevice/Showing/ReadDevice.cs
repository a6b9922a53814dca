using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Json;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Domain.OnDevice.Stick;
using ModularRace.Sync.Features.OnDevice.Journaling;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Features.OnDevice.Showing;

/// <summary>How this Pi is.</summary>
internal sealed record ReadDevice : IQuery<DeviceView>;

/// <param name="Competition">The one that was downloaded; null: none.</param>
/// <param name="LastSyncAt">By this Pi's clock.</param>
/// <param name="LastError">Why the last contact failed, in words for a referee; null when it did not.</param>
/// <param name="LastFault">The same as <paramref name="LastError"/> for a program, such as <c>sign_in_page</c>: a house's own page answers instead of the cloud.</param>
/// <param name="LastRunError">Why the last run that reached the cloud, or that a person asked for, broke off; null when it did not. Until one ends well, nobody is told that all is sent.</param>
/// <param name="HeldChanges">Changes of the cloud that could not be taken yet, the first of them, with the reason (R14).</param>
/// <param name="Held">How many there are.</param>
/// <param name="PendingReports">Of those pending, the reports that a person made.</param>
/// <param name="OldestPendingAt">When the oldest of those pending was made, by this Pi's clock.</param>
/// <param name="LinkSince">Since when <paramref name="Online"/> is so, by this Pi's clock.</param>
/// <param name="ClipsPending">Clips that the cloud does not have yet, those failed among them.</param>
/// <param name="ClipsFailed">Of those, clips that the cloud would not take too often.</param>
/// <param name="ClipsSend">When clips go: <c>now</c>, <c>good_link</c> or <c>by_hand</c>.</param>
/// <param name="ClipsWait">Why they do not go by themselves: <c>day_limit, by_hand, link_slow</c>; null: nothing but the link holds them.</param>
/// <param name="ClipsDayLimitBytes">Of the bytes of clips that go in one day; null: none.</param>
/// <param name="ClipsTaken">False: the card has too little room, and no more clips are taken; reports always are.</param>
/// <param name="Stick">The journal on the memory stick; null: none is looked for.</param>
internal sealed record DeviceView(
    Guid DeviceUuid, string? Name, bool Paired, string? ServerUrl, bool Online, bool Syncing, DeviceCompetitionView? Competition, bool ReadyForOffline, int Pending,
    int Synced, int Conflicts, int Failed, int ClipsPending, DateTimeOffset? LastSyncAt, string? LastError, long? DiskFreeBytes, long? ClockOffsetMs,
    long? ClockUncertaintyMs, string ClockSource, bool MayDecide, int PendingReports, DateTimeOffset? OldestPendingAt, DateTimeOffset? LinkSince, long? DiskTotalBytes,
    string? LastRunError, int Held, IReadOnlyList<HeldView> HeldChanges, StickView? Stick, string? LastFault, int ClipsFailed, string ClipsSend, string? ClipsWait, long? ClipsDayLimitBytes, bool ClipsTaken);

internal sealed record DeviceCompetitionView(Guid ClientUuid, string? Name, DateOnly? Date);

internal sealed record HeldView(string Type, Guid ClientUuid, string Reason);

internal sealed class ReadDeviceHandler(SyncDbContext db, DeviceRow row, LinkState link, SyncRunner runner, AnchoredClock clock, StickJournal journal, ClipTerms terms, IMediator mediator) : IRequestHandler<ReadDevice, DeviceView>
{
    private const int MostHeld = 20;

    public async Task<DeviceView> Handle(ReadDevice request, CancellationToken cancellationToken)
    {
        var device = await row.ReadAsync(cancellationToken);
        var groups = await db.Queue.GroupBy(e => e.Status)
            .Select(g => new { g.Key, Count = g.Count(), Reports = g.Count(e => e.RecordType == RecordTypes.Report), Oldest = g.Min(e => e.CreatedAt) })
            .ToDictionaryAsync(g => g.Key, cancellationToken);
        var counts = groups.ToDictionary(g => g.Key, g => g.Value.Count);
        // R11: that a run of the clock's finds no link is no failure.
        var lastRun = await db.Runs.Where(r => r.ReachedServer || r.Manual).OrderByDescending(r => r.Id).Select(r => r.Error).FirstOrDefaultAsync(cancellationToken);
        var held = await db.HeldChanges.OrderBy(h => h.Id).Take(MostHeld).Select(h => new HeldView(h.RecordType, h.ClientUuid, h.Reason)).ToListAsync(cancellationToken);
        var clips = await db.ClipTransfers.Where(t => t.Status != QueueStatuses.Synced).GroupBy(t => t.Status).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        var clipTerms = await terms.ReadAsync(cancellationToken);
        var pending = groups.GetValueOrDefault(QueueStatuses.Pending);
        var card = CardSpace.Read();
        var reading = clock.Read();
        return new DeviceView(
            device.DeviceUuid, device.Name, await row.AccessAsync(cancellationToken) is not null, device.ServerUrl, link.Online, runner.Syncing,
            device.CompetitionUuid is { } uuid ? new DeviceCompetitionView(uuid, device.CompetitionName, device.CompetitionDate) : null, device.ReadyForOfflineAt is not null,
            counts.GetValueOrDefault(QueueStatuses.Pending), counts.GetValueOrDefault(QueueStatuses.Synced), counts.GetValueOrDefault(QueueStatuses.Conflict),
            counts.GetValueOrDefault(QueueStatuses.Failed), clips.Sum(c => c.Value), device.LastSyncAt, link.LastError, card?.FreeBytes, reading.OffsetMs, reading.UncertaintyMs,
            reading.Source, device.MayDecide, pending?.Reports ?? 0, pending?.Oldest, link.Since, card?.TotalBytes,
            lastRun, held.Count < MostHeld ? held.Count : await db.HeldChanges.CountAsync(cancellationToken), held, journal.Read(), link.LastFault is { } fault ? SnakeCase.Name(fault.ToString()) : null,
            clips.GetValueOrDefault(QueueStatuses.Failed), device.ClipSending, clipTerms.Wait, clipTerms.DayLimitBytes, await mediator.Send(new FindClipRoom(), cancellationToken));
    }
}
