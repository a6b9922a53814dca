using MediatR;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.Audit;

internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder api) =>
        api.MapGroup("/audit").WithTags("Audit").RequireAuthorization(Policies.Admin)
            .MapGet("/", (int? limit, string? cursor, string? q, string? action, Guid? subject_uuid, Guid? actor_uuid, DateTimeOffset? from, DateTimeOffset? to, IMediator mediator, CancellationToken cancellationToken) =>
                mediator.Send(new ListAudit(new PageRequest(limit, cursor), q, action, subject_uuid, actor_uuid, from, to), cancellationToken))
            .WithName("ListAudit").WithSummary("Who did what to people, keys, webhooks and devices, and who signed in, the latest first").Produces<Page<AuditLine>>().ProducesProblem(400);
}
