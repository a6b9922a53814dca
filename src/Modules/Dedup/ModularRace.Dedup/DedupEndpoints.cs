using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ModularRace.Dedup.Features.ByHand;
using ModularRace.Dedup.Features.Review;
using ModularRace.Dedup.Features.Review.Replaying;
using ModularRace.Dedup.Features.Review.Resolving;
using ModularRace.Dedup.Features.Review.Suggesting;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup;

/// <summary>Verb, path, policy, message. Which competition the role must be held on is the handler's to check.</summary>
internal static class DedupEndpoints
{
    /// <summary>What people say belongs together: in both modes.</summary>
    public static void MapGrouping(IEndpointRouteBuilder api)
    {
        var incidents = api.MapGroup("").WithTags("Incidents");

        incidents.MapPost("/incidents/{uuid:guid}/merge", (Guid uuid, MergeIncidents message, IMediator mediator, CancellationToken ct) =>
                mediator.Send(message with { IncidentUuid = uuid }, ct))
            .RequireAuthorization(Policies.Merge).WithName("MergeIncidents").WithSummary("Put two incidents together by hand")
            .Produces<IncidentView>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        incidents.MapPost("/incidents/{uuid:guid}/split", (Guid uuid, SplitIncident message, IMediator mediator, CancellationToken ct) =>
                mediator.Send(message with { IncidentUuid = uuid }, ct))
            .RequireAuthorization(Policies.Report).WithName("SplitIncident").WithSummary("Tell incidents or reports apart from the rest by hand")
            .Produces<IncidentView>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>The routes of the review, on the cloud only.</summary>
    public static void MapReview(IEndpointRouteBuilder api)
    {
        var review = api.MapGroup("").WithTags("Review");

        review.MapGet("/conflicts", (string? state, Guid? competition_uuid, string? conflict_type, int? limit, string? cursor, IMediator mediator, CancellationToken ct) =>
                mediator.Send(new ListConflicts(state, new PageRequest(limit, cursor), competition_uuid, conflict_type), ct))
            .RequireAuthorization(Policies.Jury).WithName("ListConflicts").WithSummary("What waits for a person, or was resolved").Produces<Page<ConflictView>>();

        review.MapGet("/conflicts/{uuid:guid}", (Guid uuid, IMediator mediator, CancellationToken ct) => mediator.Send(new ReadConflict(uuid), ct))
            .RequireAuthorization(Policies.Jury).WithName("ReadConflict").WithSummary("One conflict with all versions").Produces<ConflictView>();

        review.MapPost("/conflicts/{uuid:guid}/resolve", (Guid uuid, ResolveConflict message, IMediator mediator, CancellationToken ct) =>
                mediator.Send(message with { ConflictUuid = uuid }, ct))
            .RequireAuthorization(Policies.Jury).WithName("ResolveConflict").WithSummary("Choose between the versions; every device hears of it")
            .Produces<ConflictView>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        review.MapGet("/merges", (Guid? competition_uuid, int? limit, string? cursor, IMediator mediator, CancellationToken ct) =>
                mediator.Send(new ListMerges(competition_uuid ?? throw Shared.Problems.Problem.Validation("competition_uuid", "It is required."), new PageRequest(limit, cursor)), ct))
            .RequireAuthorization(Policies.Merge).WithName("ListMerges").WithSummary("Who joined whom, and why").Produces<Page<MergeView>>();

        review.MapPost("/merges/{uuid:guid}/undo", (Guid uuid, IMediator mediator, CancellationToken ct) => mediator.Send(new UndoMerge(uuid), ct))
            .RequireAuthorization(Policies.Merge).WithName("UndoMerge").WithSummary("Undo a merge: the two sides are told apart")
            .Produces<MergeView>().ProducesProblem(StatusCodes.Status404NotFound);

        review.MapGet("/suggestions", (Guid? competition_uuid, int? limit, string? cursor, IMediator mediator, CancellationToken ct) =>
                mediator.Send(new ListSuggestions(competition_uuid, new PageRequest(limit, cursor)), ct))
            .RequireAuthorization(Policies.Merge).WithName("ListSuggestions").WithSummary("Near misses of the duplicate rule, with why it did not join them").Produces<Page<SuggestionView>>();

        review.MapPost("/suggestions/{uuid:guid}", (Guid uuid, SettleSuggestion message, IMediator mediator, CancellationToken ct) =>
                mediator.Send(message with { SuggestionUuid = uuid }, ct))
            .RequireAuthorization(Policies.Merge).WithName("SettleSuggestion").WithSummary("Merge what is suggested, or dismiss it for good")
            .Produces<SuggestionView>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        review.MapGet("/competitions/{uuid:guid}/replay", (Guid uuid, long? window_ms, IMediator mediator, CancellationToken ct) =>
                mediator.Send(new ReplayRule(uuid, window_ms ?? throw Shared.Problems.Problem.Validation("window_ms", "It is required.")), ct))
            .RequireAuthorization(Policies.Merge).WithName("ReplayRule").WithSummary("Which groups another window would make; nothing is changed").Produces<ReplayView>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }
}
