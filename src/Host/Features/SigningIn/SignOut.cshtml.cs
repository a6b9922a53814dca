using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Host.Access;

namespace ModularRace.Host.Features.SigningIn;

/// <summary>Only a form signs out: a link or an image on another site does not.</summary>
internal sealed class SignOutModel(IMediator mediator) : PageModel
{
    public IActionResult OnGet() => LocalRedirect("/");

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (User.SessionId() is { } session) await mediator.Send(new EndSession(session), cancellationToken);
        await HttpContext.SignOutAsync(Schemes.Cookie);
        return LocalRedirect("/sign-in");
    }
}
