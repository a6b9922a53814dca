using MediatR;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.ApiKeys;

internal static class ApiKeysEndpoints
{
    public static void MapApiKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/api-keys").WithTags("API keys").RequireAuthorization(Policies.Admin);

        keys.MapPost("/", async (CreateApiKey request, IMediator mediator, CancellationToken cancellationToken) =>
            {
                var key = await mediator.Send(request, cancellationToken);
                return TypedResults.Created($"/api/v1/api-keys/{key.ClientUuid}", key);
            })
            .WithName("CreateApiKey").WithSummary("Makes a key for an integration; the key is told this once.").ProducesProblem(400).ProducesProblem(403);

        keys.MapGet("/", (int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) =>
                mediator.Send(new ListApiKeys(new PageRequest(limit, cursor)), cancellationToken))
            .WithName("ListApiKeys").WithSummary("The keys, without their secrets.").Produces<Page<ApiKeyLine>>();

        keys.MapDelete("/{uuid:guid}", (Guid uuid, IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new RevokeApiKey(uuid), cancellationToken))
            .WithName("RevokeApiKey").WithSummary("Ends a key at once.").Produces<ApiKeyLine>().ProducesProblem(404);
    }
}
