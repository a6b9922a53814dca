using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain.Archive;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Journaling;

/// <summary>The next records for the journal, in the order of their making.</summary>
/// <param name="Uuids">Which; null: all that the cloud has not answered for.</param>
/// <param name="After">The last of the page before; 0: the first page.</param>
internal sealed record ReadJournalPage(IReadOnlyCollection<Guid>? Uuids, long After) : IQuery<JournalPage>;

internal sealed record JournalPage(Guid StoreUuid, IReadOnlyList<UploadRecord> Records, long Last)
{
    public UploadRequest Batch(TimeProvider time) => new(Uuids.New(time), StoreUuid, Instants.ToMilliseconds(time.GetUtcNow()), null, [], Records);
}

internal sealed class ReadJournalPageHandler(SyncDbContext db, DeviceRow row, AnchoredClock clock) : IRequestHandler<ReadJournalPage, JournalPage>
{
    public async Task<JournalPage> Handle(ReadJournalPage request, CancellationToken cancellationToken)
    {
        var queue = db.Queue.AsNoTracking().Where(e => e.Id > request.After);
        queue = request.Uuids is { } uuids ? queue.Where(e => uuids.Contains(e.ClientUuid)) : queue.Where(e => e.Status != QueueStatuses.Synced || e.Edit > e.AnsweredEdit);
        var entries = await queue.OrderBy(e => e.Id).Take(ArchiveFormat.MostRecords).ToListAsync(cancellationToken);
        return new JournalPage((await row.ReadAsync(cancellationToken)).StoreUuid, [.. entries.Select(e => e.ToUpload(clock))], entries.Count > 0 ? entries[^1].Id : request.After);
    }
}

/// <summary>This device's row, for whoever encrypts.</summary>
internal sealed record ReadJournalDevice : IQuery<ThisDevice>;

internal sealed class ReadJournalDeviceHandler(DeviceRow row) : IRequestHandler<ReadJournalDevice, ThisDevice>
{
    public Task<ThisDevice> Handle(ReadJournalDevice request, CancellationToken cancellationToken) => row.ReadAsync(cancellationToken);
}
