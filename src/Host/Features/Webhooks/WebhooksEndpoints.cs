using MediatR;
using Microsoft.AspNetCore.Mvc;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.Webhooks;

internal static class WebhooksEndpoints
{
    public static void MapWebhooks(this IEndpointRouteBuilder api)
    {
        var hooks = api.MapGroup("/webhooks").WithTags("Webhooks").RequireAuthorization(Policies.Admin);

        hooks.MapGet("/", (int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new ListWebhooks(new PageRequest(limit, cursor)), cancellationToken))
            .WithName("ListWebhooks").WithSummary("The programs that are told of things").Produces<Page<WebhookView>>();

        hooks.MapPost("/", async (MakeWebhook message, IMediator mediator, CancellationToken cancellationToken) =>
            {
                var made = await mediator.Send(message, cancellationToken);
                return made.Secret is null ? Results.Ok(made) : Results.Created($"/api/v1/webhooks/{made.Webhook.ClientUuid}", made);
            })
            .WithName("MakeWebhook").WithSummary("Tells a program from now on; what signs its messages is told this once")
            .Produces<WebhookKept>(StatusCodes.Status201Created).Produces<WebhookKept>().ProducesProblem(400).ProducesProblem(409);

        hooks.MapGet("/{uuid:guid}", (Guid uuid, IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new ReadWebhook(uuid), cancellationToken))
            .WithName("ReadWebhook").WithSummary("One webhook").Produces<WebhookView>().ProducesProblem(404);

        hooks.MapPatch("/{uuid:guid}", (Guid uuid, WebhookPatch patch, [FromHeader(Name = "If-Match")] string? ifMatch, IMediator mediator, CancellationToken cancellationToken) =>
                mediator.Send(new ChangeWebhook(uuid, patch, ifMatch), cancellationToken))
            .WithName("ChangeWebhook").WithSummary("Changes a webhook, switches it off or on, gives it another secret (JSON merge patch)")
            .Produces<WebhookKept>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(412);

        hooks.MapDelete("/{uuid:guid}", (Guid uuid, IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new DeleteWebhook(uuid), cancellationToken))
            .WithName("DeleteWebhook").WithSummary("Ends a webhook with its log; what is on its way is not sent").Produces<WebhookView>().ProducesProblem(404);

        hooks.MapPost("/{uuid:guid}/test", (Guid uuid, IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new TestWebhook(uuid), cancellationToken))
            .WithName("TestWebhook").WithSummary("Sends a message that tells nothing").Produces<DeliveryLine>().ProducesProblem(404).ProducesProblem(409);

        hooks.MapGet("/{uuid:guid}/deliveries", (Guid uuid, int? limit, string? cursor, IMediator mediator, CancellationToken cancellationToken) =>
                mediator.Send(new ListDeliveries(uuid, new PageRequest(limit, cursor)), cancellationToken))
            .WithName("ListDeliveries").WithSummary("What it was told, and how that went, the latest first").Produces<Page<DeliveryLine>>().ProducesProblem(404);

        hooks.MapPost("/{uuid:guid}/deliveries/{deliveryUuid:guid}/redeliver", (Guid uuid, Guid deliveryUuid, IMediator mediator, CancellationToken cancellationToken) =>
                mediator.Send(new Redeliver(uuid, deliveryUuid), cancellationToken))
            .WithName("Redeliver").WithSummary("Sends a message again, under the same id").Produces<DeliveryLine>().ProducesProblem(404).ProducesProblem(409);
    }
}
