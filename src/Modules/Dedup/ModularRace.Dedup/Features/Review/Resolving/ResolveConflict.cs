using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Validation;

namespace ModularRace.Dedup.Features.Review.Resolving;

/// <summary>A person chooses (R6, R8). It counts as the base for every version in the conflict (R7), and reaches every device with the next changes.</summary>
/// <param name="Resolution"><c>cloud_wins, device_wins, manual</c>, or <c>keep_apart</c> between two incidents.</param>
/// <param name="Data">For <c>manual</c>: what the record shall say, in the form of <c>cloud_data</c>; absent: as it stands. Between two incidents: the decision.</param>
/// <param name="Notes">Why, up to 4,000 characters.</param>
/// <param name="RecordRevision">As the person had it before them; null: not said.</param>
internal sealed record ResolveConflict(
    [property: AllowedValues("cloud_wins", "device_wins", "manual", "keep_apart")] string Resolution, JsonObject? Data = null, string? Notes = null, string? RecordRevision = null)
    : ICommand<ConflictView>
{
    /// <summary>From the path.</summary>
    [JsonIgnore]
    public Guid ConflictUuid { get; init; }

    /// <summary>The versions that a page showed (<see cref="ConflictRow.Shown"/>): one that came since was not before the person, though the record is as it was. Null: not said.</summary>
    [JsonIgnore]
    public string? Shown { get; init; }
}

internal static class Resolutions
{
    public const string CloudWins = "cloud_wins", DeviceWins = "device_wins", Manual = "manual", KeepApart = "keep_apart";
    public static readonly IReadOnlyList<string> All = [CloudWins, DeviceWins, Manual, KeepApart];
}

internal sealed class ResolveConflictValidator : AbstractValidator<ResolveConflict>
{
    public ResolveConflictValidator()
    {
        RuleFor(r => r.Resolution).NotNull().WithMessage("It is required.").IsOneOf(Resolutions.All);
        RuleFor(r => r.Data).Must(d => d is { Count: > 0 }).When(r => r.Resolution == Resolutions.Manual).WithMessage("A manual resolution says what the record shall be.");
        RuleFor(r => r.Notes).IsText(Texts.Note);
    }
}

internal sealed class ResolveConflictHandler(
    DedupDbContext db, DatabaseSession session, RecordSettling record, DecisionSettling decision, IMediator mediator, ICurrentActor current, TimeProvider time)
    : IRequestHandler<ResolveConflict, ConflictView>
{
    public async Task<ConflictView> Handle(ResolveConflict request, CancellationToken cancellationToken)
    {
        var asked = await db.Conflicts.AsNoTracking().SingleOrDefaultAsync(c => c.ClientUuid == request.ConflictUuid, cancellationToken);
        if (asked is null || !current.Actor.May(asked.CompetitionUuid, Roles.JuryPresident)) throw Problem.NotFound("conflict");

        // R4: the races first, then what is read under them. An upload of the record meanwhile is before this, or after.
        await session.LockAsync(RaceLock.Scope, await RacesAsync(asked, cancellationToken), cancellationToken);
        var conflict = await db.Conflicts.FromSql($"SELECT * FROM dedup.sync_conflicts WHERE id = {asked.Id} FOR UPDATE").SingleAsync(cancellationToken);
        if (conflict.ResolvedAt is not null) throw Problem.Conflict("already_resolved", "This conflict is resolved already.");
        if ((request.RecordRevision is { } seen && seen != conflict.RecordRevision) || (request.Shown is { } shown && shown != conflict.Shown))
            throw Problem.Conflict("record_changed", "The record has changed since you looked at it. Look again, and decide anew.");
        if (request.Resolution == Resolutions.KeepApart && conflict.OtherRecordUuid is null)
            throw Problem.Validation("resolution", "Only two incidents can be kept apart.");

        (conflict.Resolution, conflict.ResolvedBy, conflict.Notes) = (request.Resolution, current.SignatureOn(conflict.CompetitionUuid), request.Notes);
        conflict.ResolvedAt = Instants.ToMilliseconds(time.GetUtcNow());
        if (conflict.OtherRecordUuid is null) await record.SettleAsync(conflict, request, cancellationToken);
        else await decision.SettleAsync(conflict, request, cancellationToken);
        return (await ConflictView.OfAsync(db, mediator, [conflict], cancellationToken))[0];
    }

    /// <summary>The race of the record and whichever its versions name.</summary>
    private async Task<HashSet<Guid>> RacesAsync(ConflictRow conflict, CancellationToken cancellationToken)
    {
        var races = JsonNode.Parse(conflict.Versions)!.AsObject().Select(v => v.Value?["race_uuid"]).OfType<JsonValue>()
            .Select(v => v.TryGetValue<string>(out var text) && Guid.TryParse(text, out var race) ? race : (Guid?)null).OfType<Guid>().ToHashSet();
        if (conflict.RaceUuid is { } own) races.Add(own);
        races.UnionWith(await db.Members.Where(m => m.IncidentUuid == conflict.RecordUuid || m.IncidentUuid == conflict.OtherRecordUuid).Select(m => m.RaceUuid).ToListAsync(cancellationToken));
        races.UnionWith((await mediator.Send(new FindRaces(races), cancellationToken)).Select(r => r.StandsFor));
        return races;
    }
}
