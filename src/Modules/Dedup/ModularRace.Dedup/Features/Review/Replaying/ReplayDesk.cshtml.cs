using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Dedup.Features.Review.Replaying;

/// <summary>What another window would do to a competition's groups.</summary>
[Authorize(Policies.Merge)]
internal sealed class ReplayDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    /// <summary>More than these are counted, not listed.</summary>
    public const int Most = 100;

    [BindProperty(SupportsGet = true, Name = "competition")]
    public Guid? Competition { get; set; }

    /// <summary>In seconds, as it was typed.</summary>
    [BindProperty(SupportsGet = true, Name = "window")]
    public string? Window { get; set; }

    /// <summary>Null: nothing was asked yet, or it could not be answered.</summary>
    public ReplayView? Told { get; private set; }

    public IReadOnlyDictionary<Guid, string> RaceNames { get; private set; } = new Dictionary<Guid, string>();

    public WaitingCounts Waiting { get; private set; } = new(null, null);

    public ReviewBar Bar { get; private set; } = null!;

    public async Task OnGetAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Waiting = await mediator.Send(new CountWaiting(), aborted);
        Bar = await ReviewBar.ShowAsync(ViewData, mediator, current.Actor, [Roles.JuryPresident, Roles.VarOperator], Competition, null, time.GetUtcNow(), aborted);
        if (Bar.About is not { } about || string.IsNullOrWhiteSpace(Window)) return;
        if (!decimal.TryParse(Window.Trim().Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds * 1000 > ReplayRuleValidator.Most)
        {
            ModelState.AddModelError("window", Say("A window is from 0 to {0} seconds.", ReplayRuleValidator.Most / 1000));
            return;
        }

        Told = await mediator.Send(new ReplayRule(about.ClientUuid, (long)Math.Round(seconds * 1000)), aborted);
        RaceNames = (await mediator.Send(new FindRacesOfCompetition(about.ClientUuid), aborted)).ToDictionary(r => r.ClientUuid, r => r.Name);
    }

    public static string Seconds(long milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000m:0.###} s");
}
