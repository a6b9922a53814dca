using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Host.Access;
using ModularRace.Host.Features.People;
using ModularRace.Host.Features.Shared;
using ModularRace.Host.Features.SigningIn;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Host.Features.Account;

/// <summary>One's own password and sessions.</summary>
[Authorize(Policies.SignedIn)]
internal sealed class AccountDeskModel(IMediator mediator, PasswordGate gate, ICurrentActor current, CurrentPerson me, TimeProvider time) : PageModel
{
    public OwnAccount Account { get; private set; } = null!;

    public IReadOnlyList<SessionLine> Sessions { get; private set; } = [];

    public IReadOnlyList<CompetitionSummary> Competitions { get; private set; } = [];

    public VenueTime Venue { get; private set; } = null!;

    /// <summary>What was just done: <c>changed</c> or <c>ended</c>.</summary>
    public string? Said { get; private set; }

    public Task OnGetAsync(string? said)
    {
        Said = said;
        return LoadAsync();
    }

    public async Task<IActionResult> OnPostPasswordAsync(string? old, string? password, string? again, CancellationToken cancellationToken)
    {
        try
        {
            if (password != again) throw Problem.Validation("again", "The two are not the same.");
            var account = await mediator.Send(new ReadOwnAccount(), cancellationToken);
            if (string.IsNullOrEmpty(old) || old.Length > 1000 || await gate.CheckAsync(account.Email, old, PasswordGate.AddressOf(HttpContext), cancellationToken) is null)
                throw Problem.Validation("old", "That is not your password.");
            await mediator.Send(new ChangePassword(password), cancellationToken);
            return Redirect("/account?said=changed");
        }
        catch (Problem problem) when (problem.Status is 400 or 429)
        {
            Response.StatusCode = problem.Status;
            foreach (var text in problem.Errors?.SelectMany(e => e.Value) ?? [problem.Message]) ModelState.AddModelError("", SayKept(text));
            await LoadAsync();
            return Page();
        }
    }

    public async Task<IActionResult> OnPostEndAsync(Guid sessionId)
    {
        await mediator.Send(new EndOwnSession(sessionId), HttpContext.RequestAborted);
        return Redirect("/account?said=ended");
    }

    public async Task<IActionResult> OnPostEndOthersAsync()
    {
        await mediator.Send(new EndSessions(me.Uuid ?? throw Problem.Forbidden("Only a person has sessions."), me.SessionId), HttpContext.RequestAborted);
        return Redirect("/account?said=ended");
    }

    private async Task LoadAsync()
    {
        Account = await mediator.Send(new ReadOwnAccount(), HttpContext.RequestAborted);
        Sessions = await mediator.Send(new ListSessions(me.Uuid!.Value), HttpContext.RequestAborted);
        (Competitions, Venue) = await OwnBar.ShowAsync(ViewData, mediator, current.Actor, time.GetUtcNow(), HttpContext.RequestAborted);
    }
}
