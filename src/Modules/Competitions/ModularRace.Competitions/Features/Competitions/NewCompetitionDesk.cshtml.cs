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
    public CompetitionForm Form { get; private set; } = new();

    /// <summary>There is none yet.</summary>
    public bool First { get; private set; }

    public async Task OnGetAsync() => First = await IsFirstAsync();

    public async Task<IActionResult> OnPostAsync([Bind(Prefix = nameof(Form))] CompetitionForm form)
    {
        var sent = await this.TrySendAsync(mediator, form.Creation());
        if (sent.Ok) return Redirect($"/competitions/{sent.Result!.Value.ClientUuid}");
        (Form, First) = (form, await IsFirstAsync());
        return Page();
    }

    private async Task<bool> IsFirstAsync() => (await mediator.Send(new FindCompetitions(), HttpContext.RequestAborted)).Count == 0;
}
