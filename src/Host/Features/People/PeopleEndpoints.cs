using MediatR;
using Microsoft.AspNetCore.Mvc;
using ModularRace.Host.Features.People.PasswordLinks;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.People;

internal static class PeopleEndpoints
{
    public static void MapPeople(this IEndpointRouteBuilder api)
    {
        var people = api.MapGroup("/people").WithTags("People").RequireAuthorization(Policies.Admin);

        people.MapGet("/", (int? limit, string? cursor, string? q, IMediator mediator, CancellationToken cancellationToken) =>
                mediator.Send(new ListPeople(new PageRequest(limit, cursor), q), cancellationToken))
            .WithName("ListPeople").WithSummary("Everybody who signs in, with their roles").Produces<Page<PersonView>>();

        people.MapPost("/", async (MakePerson message, PasswordLinkTeller teller, IMediator mediator, HttpContext context, CancellationToken cancellationToken) =>
            {
                var made = await mediator.Send(message, cancellationToken);
                if (made.Link is not { } given) return Results.Ok(new PersonMade(made.Person, null));
                return Results.Created($"/api/v1/people/{made.Person.ClientUuid}", new PersonMade(made.Person, await teller.TellAsync(given, context.Request, cancellationToken)));
            })
            .WithName("MakePerson").WithSummary("Makes a person; a link, told this once, lets them choose a password")
            .Produces<PersonMade>(StatusCodes.Status201Created).Produces<PersonMade>().ProducesProblem(400).ProducesProblem(409);

        people.MapGet("/{uuid:guid}", (Guid uuid, IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new ReadPerson(uuid), cancellationToken))
            .WithName("ReadPerson").WithSummary("One person").Produces<PersonView>().ProducesProblem(404);

        people.MapPatch("/{uuid:guid}", (Guid uuid, PersonPatch patch, [FromHeader(Name = "If-Match")] string? ifMatch, IMediator mediator, CancellationToken cancellationToken) =>
                mediator.Send(new ChangePerson(uuid, patch, ifMatch), cancellationToken))
            .WithName("ChangePerson").WithSummary("Changes name, email or roles, disables or enables (JSON merge patch)")
            .Produces<PersonView>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);

        people.MapPost("/{uuid:guid}/password-reset", async (Guid uuid, PasswordLinkTeller teller, IMediator mediator, HttpContext context, CancellationToken cancellationToken) =>
                await teller.TellAsync(await mediator.Send(new GivePasswordLink(uuid), cancellationToken), context.Request, cancellationToken))
            .WithName("ResetPassword").WithSummary("A link, told this once, to choose a new password; the one before it is void")
            .Produces<PasswordLinkView>().ProducesProblem(404).ProducesProblem(409);

        people.MapPost("/{uuid:guid}/end-sessions", (Guid uuid, IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new EndSessions(uuid), cancellationToken))
            .WithName("EndSessions").WithSummary("Ends every session of a person at once").Produces<EndedSessions>().ProducesProblem(404);
    }
}

/// <param name="PasswordLink">Told this once; null: the person was made before.</param>
internal sealed record PersonMade(PersonView Person, PasswordLinkView? PasswordLink);
