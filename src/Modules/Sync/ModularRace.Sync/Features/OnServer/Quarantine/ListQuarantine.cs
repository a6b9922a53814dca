using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Validation;
using ModularRace.Shared.Web;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Features.OnServer.Quarantine;

/// <summary>What was rejected and waits for a person, oldest first.</summary>
/// <param name="State">One of <see cref="QuarantineStates"/>; null: open.</param>
internal sealed record ListQuarantine(string? State, PageRequest Page) : IQuery<Page<QuarantineItem>>;

/// <summary>A rejected record, whole, with the reason.</summary>
/// <param name="ClientUuid">Of the entry: the <c>quarantine_uuid</c> of the upload's answer.</param>
/// <param name="Received">The record as it was sent, to the letter.</param>
/// <param name="Data">Its <c>data</c>, where that can be read.</param>
internal sealed record QuarantineItem(
    Guid ClientUuid, Guid DeviceUuid, string? DeviceName, string? Type, Guid? RecordUuid, long? Edit, Guid? CompetitionUuid, string Received, JsonNode? Data,
    RecordError Error, string State, DateTimeOffset ReceivedAt, DateTimeOffset? ClosedAt, string? ClosedBy, string? Note)
{
    public static QuarantineItem Of(QuarantinedRecord entry, string? deviceName) => new(
        entry.ClientUuid, entry.DeviceUuid, deviceName, entry.Type, entry.RecordUuid, entry.Edit, entry.CompetitionUuid, entry.Received, ReadData(entry.Received),
        new RecordError(entry.Code, entry.Message, entry.Field), entry.State, entry.ReceivedAt, entry.ClosedAt, entry.ClosedBy, entry.Note);

    private static JsonNode? ReadData(string received)
    {
        try
        {
            var data = (JsonNode.Parse(received, documentOptions: new JsonDocumentOptions { MaxDepth = 30, AllowDuplicateProperties = false }) as JsonObject)?["data"];
            return JsonText.IsStorable(data) ? data?.DeepClone() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>One entry, whatever became of it.</summary>
internal sealed record ReadQuarantined(Guid QuarantineUuid) : IQuery<QuarantineItem>;

internal sealed class ReadQuarantinedHandler(SyncDbContext db, ICurrentActor current) : IRequestHandler<ReadQuarantined, QuarantineItem>
{
    public async Task<QuarantineItem> Handle(ReadQuarantined request, CancellationToken ct)
    {
        var entry = await db.Quarantine.AsNoTracking().SingleOrDefaultAsync(q => q.ClientUuid == request.QuarantineUuid, ct);
        // One that may not be seen is not told from one that is not there.
        if (entry is null || !current.Actor.May(entry.CompetitionUuid, Roles.JuryPresident)) throw Problem.NotFound("quarantined record");
        return QuarantineItem.Of(entry, await db.Devices.Where(d => d.DeviceUuid == entry.DeviceUuid).Select(d => d.Name).SingleOrDefaultAsync(ct));
    }
}

internal sealed class ListQuarantineValidator : AbstractValidator<ListQuarantine>
{
    public ListQuarantineValidator() =>
        RuleFor(l => l.State).IsOneOf([QuarantineStates.Open, QuarantineStates.Accepted, QuarantineStates.SetAside, QuarantineStates.Closed]);
}

internal sealed class ListQuarantineHandler(SyncDbContext db, ICurrentActor current) : IRequestHandler<ListQuarantine, Page<QuarantineItem>>
{
    public async Task<Page<QuarantineItem>> Handle(ListQuarantine request, CancellationToken ct)
    {
        var take = request.Page.Take;
        var after = request.Page.AfterNumber ?? 0;
        var state = request.State ?? QuarantineStates.Open;
        // What belongs to no competition that could be told is for those who may see all.
        var everywhere = current.Actor.May(null, Roles.JuryPresident);
        var mine = current.Actor.Grants.Where(g => g.Role is Roles.Admin or Roles.JuryPresident).Select(g => g.CompetitionUuid).OfType<Guid>().ToArray();
        var rows = await db.Quarantine.AsNoTracking()
            .Where(q => q.Id > after && q.State == state && (everywhere || (q.CompetitionUuid != null && mine.Contains(q.CompetitionUuid.Value))))
            .OrderBy(q => q.Id).Take(take + 1).ToListAsync(ct);
        var devices = rows.Select(r => r.DeviceUuid).Distinct().ToArray();
        var names = await db.Devices.Where(d => devices.Contains(d.DeviceUuid)).ToDictionaryAsync(d => d.DeviceUuid, d => d.Name, ct);
        var page = Page<QuarantinedRecord>.Of(rows, take, r => r.Id.ToString(CultureInfo.InvariantCulture));
        return new Page<QuarantineItem>([.. page.Items.Select(r => QuarantineItem.Of(r, names.GetValueOrDefault(r.DeviceUuid)))], page.NextCursor);
    }
}
