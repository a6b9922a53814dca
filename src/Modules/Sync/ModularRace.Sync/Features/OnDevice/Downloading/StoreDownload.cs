using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
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
        var device = await row.TakeAsync(cancellationToken);
        var competition = records[0];

        // What another competition held back belongs to a cursor that is left behind; this download is newer for its own.
        if (device.CompetitionUuid == competition.ClientUuid) await db.HeldChanges.Where(h => uuids.Contains(h.ClientUuid)).ExecuteDeleteAsync(cancellationToken);

        // R14: taken as changes are. One bad record is held back in plain sight with what refers to it; the others are here.
        await mediator.Send(new ApplyChanges(records, null), cancellationToken);
        if ((await mediator.Send(new FindCompetitions([competition.ClientUuid]), cancellationToken)).Count == 0)
            throw new Problem(502, "server_incompatible", "The server sent a competition that cannot be stored here.");

        // What a record broke was undone, and what was read of this device with it.
        device = await row.TakeAsync(cancellationToken);
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
