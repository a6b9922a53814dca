using System.Globalization;
using System.Text.Json.Nodes;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup.Features.Review;

/// <summary>What waits for a person, or was resolved; oldest first.</summary>
/// <param name="State"><c>pending</c> or <c>resolved</c>; null: both.</param>
/// <param name="Page">Which part of it.</param>
internal sealed record ListConflicts(string? State, PageRequest Page) : IQuery<Page<ConflictView>>;

internal sealed record ReadConflict(Guid ConflictUuid) : IQuery<ConflictView>;

/// <summary>A conflict as the contract answers it: all versions whole.</summary>
internal sealed record ConflictView(
    Guid ClientUuid, string ConflictType, string RecordType, Guid RecordUuid, Guid? OtherRecordUuid, string? RecordRevision, Guid? CompetitionUuid,
    Guid? DeviceUuid, string? DeviceName, JsonNode? CloudData, JsonNode? DeviceData, JsonNode? Versions, IReadOnlyList<string> DifferingFields,
    DateTimeOffset CreatedAt, string? Resolution, string? ResolvedBy, DateTimeOffset? ResolvedAt, string? Notes)
{
    public static ConflictView Of(ConflictRow c) => new(
        c.ClientUuid, c.ConflictType, c.RecordType, c.RecordUuid, c.OtherRecordUuid, c.RecordRevision, c.CompetitionUuid, c.DeviceUuid, c.DeviceName,
        Json(c.CloudData), Json(c.DeviceData), Json(c.Versions), c.DifferingFields, c.CreatedAt, c.Resolution, c.ResolvedBy, c.ResolvedAt, c.Notes);

    private static JsonNode? Json(string? text) => text is null ? null : JsonNode.Parse(text);
}

internal sealed class ListConflictsValidator : AbstractValidator<ListConflicts>
{
    public ListConflictsValidator() => RuleFor(q => q.State).IsOneOf(["pending", "resolved"]);
}

internal sealed class ListConflictsHandler(DedupDbContext db, ICurrentActor current) : IRequestHandler<ListConflicts, Page<ConflictView>>
{
    public async Task<Page<ConflictView>> Handle(ListConflicts request, CancellationToken cancellationToken)
    {
        var conflicts = db.Conflicts.AsNoTracking();
        if (request.State is not null) conflicts = conflicts.Where(c => (c.ResolvedAt == null) == (request.State == "pending"));
        // Who sees all competitions may be the jury of one only.
        if (!current.Actor.May(null, Roles.JuryPresident))
        {
            var mine = current.Actor.Grants.Select(g => g.CompetitionUuid).OfType<Guid>().Where(c => current.Actor.May(c, Roles.JuryPresident)).Distinct().ToArray();
            conflicts = conflicts.Where(c => c.CompetitionUuid != null && mine.Contains(c.CompetitionUuid.Value));
        }

        if (request.Page.After is { } after)
        {
            if (!long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) throw Problem.Validation("cursor", "It is not a cursor that was given out here.");
            conflicts = conflicts.Where(c => c.Id > id);
        }

        var rows = await conflicts.OrderBy(c => c.Id).Take(request.Page.Take + 1).ToListAsync(cancellationToken);
        var page = Page<ConflictRow>.Of(rows, request.Page.Take, c => c.Id.ToString(CultureInfo.InvariantCulture));
        return new Page<ConflictView>([.. page.Items.Select(ConflictView.Of)], page.NextCursor);
    }
}

internal sealed class ReadConflictHandler(DedupDbContext db, ICurrentActor current) : IRequestHandler<ReadConflict, ConflictView>
{
    public async Task<ConflictView> Handle(ReadConflict request, CancellationToken cancellationToken)
    {
        var row = await db.Conflicts.AsNoTracking().FirstOrDefaultAsync(c => c.ClientUuid == request.ConflictUuid, cancellationToken);
        return row is not null && current.Actor.May(row.CompetitionUuid, Roles.JuryPresident) ? ConflictView.Of(row) : throw Problem.NotFound("conflict");
    }
}
