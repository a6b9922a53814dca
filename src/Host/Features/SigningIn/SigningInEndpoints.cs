using System.ComponentModel.DataAnnotations;
using MediatR;
using Microsoft.AspNetCore.Authentication;
using ModularRace.Host.Access;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;

namespace ModularRace.Host.Features.SigningIn;

internal static class SigningInEndpoints
{
    public static void MapSigningIn(this IEndpointRouteBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("Signing in");

        auth.MapPost("/login", async (LogIn request, PasswordGate gate, IMediator mediator, HttpContext context, CancellationToken cancellationToken) =>
            {
                var (email, password) = request.Checked();
                var address = PasswordGate.AddressOf(context);
                var person = await gate.CheckAsync(email, password, address, cancellationToken) ?? throw WrongPassword();
                return (await mediator.Send(new OpenSession(person.Id, person.SecurityStamp!, Session.Api, address), cancellationToken)).Tokens!;
            })
            .AllowAnonymous().WithName("LogIn").WithSummary("Signs a person in for the API.")
            .Produces<BearerTokens>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(429);

        auth.MapPost("/refresh", async (RefreshSession request, IMediator mediator, CancellationToken cancellationToken) =>
                await mediator.Send(request, cancellationToken) ?? throw new Problem(401, "unauthenticated", "This refresh token is not valid any more. Sign in again."))
            .AllowAnonymous().WithName("RefreshSession").WithSummary("New tokens for a refresh token, which ends.")
            .Produces<BearerTokens>().ProducesProblem(400).ProducesProblem(401);

        auth.MapPost("/logout", async (HttpContext context, IMediator mediator, CancellationToken cancellationToken) =>
            {
                if (context.User.SessionId() is { } session) await mediator.Send(new EndSession(session), cancellationToken);
                if (context.User.IsByCookie()) await context.SignOutAsync(Schemes.Cookie);
                return new SignedOut(true);
            })
            .RequireAuthorization(Policies.SignedIn).WithName("LogOut").WithSummary("Ends the session of the token or cookie that it is called with.")
            .Produces<SignedOut>().ProducesProblem(401);
    }

    public static Problem WrongPassword() => new(401, "unauthenticated", "The email or the password is wrong.");
}

/// <summary>Who wants to sign in.</summary>
internal sealed record LogIn([property: Required] string? Email, [property: Required] string? Password)
{
    public (string Email, string Password) Checked()
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(Email)) errors["email"] = ["It is required."];
        else if (Texts.Fault(Email, Texts.Name) is { } fault) errors["email"] = [fault];
        if (string.IsNullOrEmpty(Password)) errors["password"] = ["It is required."];
        else if (Password.Length > 1000) errors["password"] = ["It is too long."];
        return errors.Count > 0 ? throw Problem.Validation(errors) : (Email!, Password!);
    }
}

internal sealed record SignedOut(bool Ended);
