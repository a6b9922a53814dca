using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Host.Access;
using ModularRace.Host.Identity;
using ModularRace.Shared.Problems;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Host.Features.SigningIn;

internal sealed class SignInModel(PasswordGate gate, IMediator mediator) : PageModel
{
    [BindProperty]
    public string? Email { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (email, password) = new LogIn(Email, Password).Checked();
            var address = PasswordGate.AddressOf(HttpContext);
            var person = await gate.CheckAsync(email, password, address, cancellationToken) ?? throw SigningInEndpoints.WrongPassword();
            var session = await mediator.Send(new OpenSession(person.Id, person.SecurityStamp!, Session.Pages, address), cancellationToken);
            await HttpContext.SignInAsync(Schemes.Cookie, Principals.OfSession(Schemes.Cookie, session.SessionId, person.Id, person.Name, []));
            return LocalRedirect(Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : "/");
        }
        catch (Problem problem)
        {
            Response.StatusCode = problem.Status;
            foreach (var (field, messages) in problem.Errors ?? new Dictionary<string, string[]>(StringComparer.Ordinal) { [string.Empty] = [problem.Message] })
                foreach (var message in messages)
                    ModelState.AddModelError(string.Empty, field switch { "email" => Say("Email: {0}", SayKept(message)), "password" => Say("Password: {0}", SayKept(message)), _ => SayKept(message) });
            Password = null;
            return Page();
        }
    }
}
