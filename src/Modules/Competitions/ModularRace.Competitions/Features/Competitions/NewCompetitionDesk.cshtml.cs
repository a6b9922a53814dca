using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Competitions;

/// <summary>Makes a competition; the first one is shown the way to race morning beside it.</summary>
[Authorize(Policies.Admin)]
internal sealed class NewCompetitionDeskModel(IMediator mediator) : PageModel
{
    public NewCompetition Shown { get; private set; } = null!;

    public async Task OnGetAsync() => Shown = new NewCompetition(new CompetitionForm(), await IsFirstAsync());

    public async Task<IActionResult> OnPostAsync([Bind(Prefix = nameof(NewCompetition.Form))] CompetitionForm form)
    {
        var sent = await this.TrySendAsync(mediator, form.Creation());
        if (sent.Ok) return Redirect($"/competitions/{sent.Result!.Value.ClientUuid}");
        Shown = new NewCompetition(form, await IsFirstAsync());
        return Page();
    }

    private async Task<bool> IsFirstAsync() => (await mediator.Send(new FindCompetitions(), HttpContext.RequestAborted)).Count == 0;
}

/// <param name="Form">As it was typed so far.</param>
/// <param name="First">There is no competition yet.</param>
internal sealed record NewCompetition(CompetitionForm Form, bool First);
