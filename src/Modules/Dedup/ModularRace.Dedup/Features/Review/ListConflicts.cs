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
/// <param name="CompetitionUuid">Null: of all that the caller may resolve in.</param>
/// <param name="ConflictType">One of <see cref="ConflictTypes"/>; null: all.</param>
internal sealed record ListConflicts(string? State, PageRequest Page, Guid? CompetitionUuid = null, string? ConflictType = null) : IQuery<Page<ConflictView>>;

internal sealed record ReadConflict(Guid ConflictUuid) : IQuery<ConflictView>;

/// <summary>A conflict as the contract answers it: all versions whole.</summary>
/// <param name="Reason">What it is about, in a sentence.</param>
internal sealed record ConflictView(
    Guid ClientUuid, string ConflictType, string RecordType, Guid RecordUuid, Guid? OtherRecordUuid, string? RecordRevision, Guid? CompetitionUuid,
    Guid? DeviceUuid, string? DeviceName, JsonNode? CloudData, JsonNode? DeviceData, JsonNode? Versions, IReadOnlyList<string> DifferingFields,
    DateTimeOffset CreatedAt, string? Resolution, string? ResolvedBy, DateTimeOffset? ResolvedAt, string? Notes, string Reason)
{
    public static async Task<IReadOnlyList<ConflictView>> OfAsync(DedupDbContext db, IMediator mediator, IReadOnlyList<ConflictRow> conflicts, CancellationToken cancellationToken)
    {
        var stories = await ConflictStories.ReadAsync(db, mediator, conflicts, cancellationToken);
        return [.. conflicts.Select(c => Of(c, stories.Of(c).Sentence))];
    }

    public static ConflictView Of(ConflictRow c, string reason) => new(
        c.ClientUuid, c.ConflictType, c.RecordType, c.RecordUuid, c.OtherRecordUuid, c.RecordRevision, c.CompetitionUuid, c.DeviceUuid, c.DeviceName,
        Json(c.CloudData), Json(c.DeviceData), Json(c.Versions), c.DifferingFields, c.CreatedAt, c.Resolution, c.ResolvedBy, c.ResolvedAt, c.Notes, reason);

    private static JsonNode? Json(string? text) => text is null ? null : JsonNode.Parse(text);
}

internal sealed class ListConflictsValidator : AbstractValidator<ListConflicts>
{
    public ListConflictsValidator()
    {
        RuleFor(q => q.State).IsOneOf(["pending", "resolved"]);
        RuleFor(q => q.ConflictType).IsOneOf(ConflictTypes.All);
    }
}

internal sealed class ListConflictsHandler(DedupDbContext db, IMediator mediator, ICurrentActor current) : IRequestHandler<ListConflicts, Page<ConflictView>>
{
    public async Task<Page<ConflictView>> Handle(ListConflicts request, CancellationToken cancellationToken)
    {
        var conflicts = db.Conflicts.AsNoTracking().ForJury(current.Actor).Fitting(request.State, await mediator.FamilyAsync(request.CompetitionUuid, cancellationToken), request.ConflictType);
        if (request.Page.AfterNumber is { } after) conflicts = conflicts.Where(c => c.Id > after);

        var rows = await conflicts.OrderBy(c => c.Id).Take(request.Page.Take + 1).ToListAsync(cancellationToken);
        var page = Page<ConflictRow>.Of(rows, request.Page.Take, c => c.Id.ToString(CultureInfo.InvariantCulture));
        return new Page<ConflictView>(await ConflictView.OfAsync(db, mediator, page.Items, cancellationToken), page.NextCursor);
    }
}

internal sealed class ReadConflictHandler(DedupDbContext db, IMediator mediator, ICurrentActor current) : IRequestHandler<ReadConflict, ConflictView>
{
    public async Task<ConflictView> Handle(ReadConflict request, CancellationToken cancellationToken)
    {
        var row = await db.Conflicts.AsNoTracking().FirstOrDefaultAsync(c => c.ClientUuid == request.ConflictUuid, cancellationToken);
        if (row is null || !current.Actor.May(row.CompetitionUuid, Roles.JuryPresident)) throw Problem.NotFound("conflict");
        return (await ConflictView.OfAsync(db, mediator, [row], cancellationToken))[0];
    }
}
