using System.Text.Json;
using System.Text.Json.Nodes;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Validation;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Features.OnServer.Uploading.TakingIn;
using ModularRace.Sync.Features.OnServer.Watching;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Quarantine;

/// <summary>A person takes a rejected record, corrected or not, or sets it aside. What waited for it follows (R14).</summary>
/// <param name="Action"><c>accept, set_aside</c>.</param>
/// <param name="Data">With <c>accept</c>: the corrected record; null: as it was sent.</param>
internal sealed record SettleQuarantined(Guid QuarantineUuid, string? Action, JsonObject? Data, string? Note) : ICommand<QuarantineItem>;

internal sealed class SettleQuarantinedValidator : AbstractValidator<SettleQuarantined>
{
    public SettleQuarantinedValidator()
    {
        RuleFor(s => s.Action).NotNull().WithMessage("It is required.").IsOneOf(["accept", "set_aside"]);
        RuleFor(s => s.Note).IsText(Texts.Note);
    }
}

internal sealed class SettleQuarantinedHandler(
    SyncDbContext db, DatabaseSession session, RecordIntake intake, QuarantineFollowers followers, IMediator mediator, ICurrentActor current, TimeProvider time)
    : IRequestHandler<SettleQuarantined, QuarantineItem>
{
    public async Task<QuarantineItem> Handle(SettleQuarantined request, CancellationToken ct)
    {
        var device = await db.Quarantine.Where(q => q.ClientUuid == request.QuarantineUuid).Select(q => (Guid?)q.DeviceUuid).SingleOrDefaultAsync(ct)
            ?? throw Problem.NotFound("quarantined record");
        await session.LockAsync("device", device, ct);
        var entry = await db.Quarantine.AsNoTracking().SingleAsync(q => q.ClientUuid == request.QuarantineUuid, ct);
        current.Actor.Require(entry.CompetitionUuid, Roles.JuryPresident);
        var state = request.Action == "accept" ? QuarantineStates.Accepted : QuarantineStates.SetAside;
        var sender = await followers.SenderAsync(entry, ct);
        // Again: unchanged.
        if (entry.State == state) return QuarantineItem.Of(entry, sender.Name);
        if (entry.State is not (QuarantineStates.Open or QuarantineStates.SetAside)) throw Problem.Conflict("already_resolved", "This entry was settled already.");

        if (state == QuarantineStates.Accepted) await AcceptAsync(entry, request.Data, sender, ct);
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        var by = current.SignatureOn(entry.CompetitionUuid);
        await db.Quarantine.Where(q => q.Id == entry.Id).ExecuteUpdateAsync(
            set => set.SetProperty(q => q.State, state).SetProperty(q => q.ClosedAt, now).SetProperty(q => q.ClosedBy, by).SetProperty(q => q.Note, request.Note), ct);
        if (state == QuarantineStates.Accepted) await followers.FollowAsync(entry.DeviceUuid, ct);
        await mediator.Send(new WatchQuarantine(), ct);
        return QuarantineItem.Of(await db.Quarantine.AsNoTracking().SingleAsync(q => q.Id == entry.Id, ct), sender.Name);
    }

    private async Task AcceptAsync(QuarantinedRecord entry, JsonObject? corrected, Sender sender, CancellationToken ct)
    {
        var record = ReceivedRecord.Read(entry.Received);
        if (corrected is not null)
        {
            if (entry.Type is null || entry.RecordUuid is null) throw Problem.Validation("data", "Its type or identity cannot be read: set it aside and enter it anew.");
            var whole = new JsonObject
            {
                ["type"] = entry.Type, ["client_uuid"] = entry.RecordUuid.ToString(), ["edit"] = entry.Edit ?? 1, ["base_revision"] = record.BaseRevision,
                ["origin"] = record.Origin,
                ["data"] = corrected.DeepClone(),
            };
            // The digest stays the device's own: that is what it will ask about (R13), and what it will send again (R2).
            var read = ReceivedRecord.Read(whole.ToJsonString());
            record = read with { Digest = entry.ContentDigest ?? read.Digest };
        }

        if (record.Fault is { } fault) throw Problem.Validation(fault.Field ?? "data", fault.Message);
        var result = (await intake.TakeAsync([record], sender, accepted: true, ct))[record];
        if (result.Status is UploadStatuses.Rejected or UploadStatuses.Deferred)
            throw Problem.Validation(new Dictionary<string, string[]>(StringComparer.Ordinal) { [result.Error!.Field ?? "data"] = [result.Error.Message] });
    }
}
