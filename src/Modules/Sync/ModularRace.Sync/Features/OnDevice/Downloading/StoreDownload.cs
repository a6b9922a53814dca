using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Pulling;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Downloading;

/// <summary>
/// Stores a whole download in one commit: the reference records, the versions they came in, the cursor, and that this Pi is
/// ready for offline operation. A second time it changes nothing.
/// </summary>
internal sealed record StoreDownload(DownloadAnswer Download, DateOnly? Date) : ICommand<int>;

internal sealed class StoreDownloadHandler(SyncDbContext db, DeviceRow row, IMediator mediator, TimeProvider time) : IRequestHandler<StoreDownload, int>
{
    public async Task<int> Handle(StoreDownload request, CancellationToken cancellationToken)
    {
        var records = Records(request.Download);
        var uuids = records.Select(r => r.ClientUuid).ToArray();
        var unsent = await db.Queue.Where(e => uuids.Contains(e.ClientUuid) && e.Edit > e.AnsweredEdit).Select(e => e.ClientUuid).ToHashSetAsync(cancellationToken);
        var taken = records.Where(r => !unsent.Contains(r.ClientUuid)).ToList();
        var outcomes = await mediator.Send(new ApplyReferenceRecords([.. taken.Select(ApplyChangesHandler.Incoming)]), cancellationToken);
        if (outcomes.FirstOrDefault(o => o.Verdict is RecordVerdict.Invalid or RecordVerdict.MissingParent) is { } bad)
            throw new Problem(502, "server_incompatible", $"The server sent a {bad.Type} that cannot be stored here: {bad.Error?.Field} {bad.Error?.Message ?? bad.Error?.Code}");

        var bases = await db.RecordBases.Where(b => uuids.Contains(b.ClientUuid)).ToDictionaryAsync(b => (b.RecordType, b.ClientUuid), cancellationToken);
        foreach (var record in taken) RecordBases.Set(db, bases, record.Type, record.ClientUuid, record.Revision, record.Data);

        // What another competition held back belongs to a cursor that is left behind; this download is newer for its own.
        var device = await row.TakeAsync(cancellationToken);
        var competition = records[0];
        if (device.CompetitionUuid == competition.ClientUuid) await db.HeldChanges.Where(h => uuids.Contains(h.ClientUuid)).ExecuteDeleteAsync(cancellationToken);
        device.CompetitionUuid = competition.ClientUuid;
        device.CompetitionName = competition.Data["name"]?.GetValue<string>();
        device.CompetitionDate = request.Date;
        device.Cursor = request.Download.Cursor;
        device.ReadyForOfflineAt = time.GetUtcNow();
        await db.SaveChangesAsync(cancellationToken);
        return records.Count;
    }

    private static List<Change> Records(DownloadAnswer download)
    {
        var records = new List<Change>();
        Add(RecordTypes.Competition, [download.Competition]);
        Add(RecordTypes.Race, download.Races);
        Add(RecordTypes.RaceLocation, download.RaceLocations);
        Add(RecordTypes.Athlete, download.Athletes);
        Add(RecordTypes.BibAssignment, download.BibAssignments);
        Add(RecordTypes.Penalty, download.Penalties);
        Add(RecordTypes.Phrase, download.Phrases);
        return records;

        void Add(string type, IReadOnlyList<JsonObject>? items)
        {
            foreach (var data in items ?? [])
            {
                if (!Guid.TryParse(data["client_uuid"]?.ToString(), out var uuid) || data["revision"]?.ToString() is not { } revision) throw new LinkFailure(LinkFault.WrongServer);
                records.Add(new Change(type, uuid, revision, Deleted: data["deleted"]?.GetValueKind() == System.Text.Json.JsonValueKind.True, data));
            }
        }
    }
}
