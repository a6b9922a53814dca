using MediatR;
using ModularRace.Shared.Access;

namespace ModularRace.Host.Features.Phones;

internal static class PhonesEndpoints
{
    public static void MapPhones(this IEndpointRouteBuilder api)
    {
        var phones = api.MapGroup("/device/phones").WithTags("This device").RequireAuthorization(Policies.PiOperator).ProducesProblem(401).ProducesProblem(403);

        phones.MapGet("/", (IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new ListPhones(), cancellationToken))
            .WithName("ListPhones").WithSummary("The referees' own phones that are let in").Produces<IReadOnlyList<PhoneLine>>();

        phones.MapPost("/invitation", (IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new InvitePhone(), cancellationToken))
            .WithName("InvitePhone").WithSummary("A code that lets one phone in; the one before it is void").Produces<PhoneInvitation>().ProducesProblem(409);

        phones.MapDelete("/{uuid:guid}", (Guid uuid, IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new RemovePhone(uuid), cancellationToken))
            .WithName("RemovePhone").WithSummary("Lets a phone in no more").Produces<PhoneLine>().ProducesProblem(404);
    }
}
