using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Host.Access;
using ModularRace.Host.Features.SigningIn;
using ModularRace.Host.Identity;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Host.Features.People.PasswordLinks;

/// <summary>Where the link leads: whoever holds it chooses the password, and is signed in.</summary>
internal sealed class ChoosePasswordDeskModel(IMediator mediator) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? Code { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    [BindProperty]
    public string? Again { get; set; }

    /// <summary>Whose; null: the link does not do any more.</summary>
    public string? Email { get; private set; }

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (Password != Again) ModelState.AddModelError("", Say("The two are not the same."));
        var sent = await this.TrySendAsync(mediator, new ChoosePassword(Code, Password));
        if (sent is { Ok: true, Result: { } person })
        {
            var session = await mediator.Send(new OpenSession(person.Id, person.SecurityStamp!, Session.Pages, PasswordGate.AddressOf(HttpContext)), cancellationToken);
            await HttpContext.SignInAsync(Schemes.Cookie, Principals.OfSession(Schemes.Cookie, session.SessionId, person.Id, person.Name, []));
            return LocalRedirect("/");
        }

        (Password, Again) = (null, null);
        await LoadAsync();
        if (Email is not null) Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }

    private async Task LoadAsync()
    {
        Response.Headers.CacheControl = "no-store";
        Email = await mediator.Send(new FindPasswordLink(Code), HttpContext.RequestAborted);
        if (Email is null) Response.StatusCode = StatusCodes.Status410Gone;
    }
}
