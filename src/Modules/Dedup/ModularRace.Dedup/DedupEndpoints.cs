using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ModularRace.Dedup.Features.Review;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup;

/// <summary>The routes of the review, on the cloud only.</summary>
internal static class DedupEndpoints
{
    public static void MapReview(IEndpointRouteBuilder api)
    {
        var review = api.MapGroup("").WithTags("Review");

        review.MapGet("/conflicts", (string? state, int? limit, string? cursor, IMediator mediator, CancellationToken ct) =>
                mediator.Send(new ListConflicts(state, new PageRequest(limit, cursor)), ct))
            .RequireAuthorization(Policies.Jury).WithName("ListConflicts").WithSummary("What waits for a person, or was resolved").Produces<Page<ConflictView>>();

        review.MapGet("/conflicts/{uuid:guid}", (Guid uuid, IMediator mediator, CancellationToken ct) => mediator.Send(new ReadConflict(uuid), ct))
            .RequireAuthorization(Policies.Jury).WithName("ReadConflict").WithSummary("One conflict with all versions").Produces<ConflictView>();

        review.MapGet("/merges", (Guid? competition_uuid, int? limit, string? cursor, IMediator mediator, CancellationToken ct) =>
                mediator.Send(new ListMerges(competition_uuid ?? throw Shared.Problems.Problem.Validation("competition_uuid", "It is required."), new PageRequest(limit, cursor)), ct))
            .RequireAuthorization(Policies.Merge).WithName("ListMerges").WithSummary("Who joined whom, and why").Produces<Page<MergeView>>();
    }
}
