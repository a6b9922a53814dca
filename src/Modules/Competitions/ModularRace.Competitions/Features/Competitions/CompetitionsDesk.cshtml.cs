using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;

namespace ModularRace.Competitions.Features.Competitions;

/// <summary>The competitions, latest first; where there is none yet, the way to the first.</summary>
[Authorize(Policies.SignedIn)]
internal sealed class CompetitionsDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    public IReadOnlyList<CompetitionSummary> Competitions { get; private set; } = [];

    public bool MayEdit => current.Actor.May(null, Roles.Admin);

    public DateTimeOffset Now => time.GetUtcNow();

    public async Task OnGetAsync() =>
        Competitions = await mediator.Send(new FindCompetitions(current.Actor.Competitions), HttpContext.RequestAborted);
}
