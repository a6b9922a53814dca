using MediatR;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Host.Access;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Features.Phones;

/// <summary>Where the QR code leads: whoever holds a code that is still good says who they are. A look at it takes nothing, since cameras look first.</summary>
internal sealed class JoinTouchModel(IMediator mediator, PhoneInvitations invitations, ISystemIdentity system) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? Code { get; set; }

    [BindProperty]
    public string? Name { get; set; }

    public bool IsOpen { get; private set; }

    /// <summary>Why it did not do: <c>code_used_up</c>, <c>too_many_phones</c> or <c>validation_failed</c>; null: nothing is wrong.</summary>
    public string? Fault { get; private set; }

    public string Pi => system.Name;

    public void OnGet() => Tell(Code is null ? null : JoinWithPhoneHandler.UsedUp());

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        try
        {
            var phone = await mediator.Send(new JoinWithPhone(Code, Name), cancellationToken);
            await HttpContext.SignInAsync(Schemes.Cookie, Principals.OfPhone(phone.ClientUuid, phone.Name));
            return LocalRedirect("/place");
        }
        catch (Problem problem)
        {
            Tell(problem, always: true);
            return Page();
        }
    }

    /// <summary>Said in the phone's own language, by the problem's code.</summary>
    private void Tell(Problem? problem, bool always = false)
    {
        IsOpen = invitations.IsOpen(Code);
        if (problem is null || (IsOpen && !always)) return;
        (Response.StatusCode, Fault) = (problem.Status, problem.Code);
    }
}
