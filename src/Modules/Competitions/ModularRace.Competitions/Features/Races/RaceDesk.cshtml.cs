using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Features.Competitions;
using ModularRace.Competitions.Features.Locations;
using ModularRace.Shared.Access;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Races;

/// <summary>One race: its start list, its course and what it says of itself.</summary>
[Authorize(Policies.SignedIn)]
internal sealed class RaceDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid RaceUuid { get; set; }

    public RaceView Shown { get; private set; } = null!;

    public CompetitionView Competition { get; private set; } = null!;

    public IReadOnlyList<RaceView> Races { get; private set; } = [];

    public IReadOnlyList<StartingBib> StartList { get; private set; } = [];

    public IReadOnlyList<LocationView> Locations { get; private set; } = [];

    public RaceForm Race { get; private set; } = new();

    public LocationForm Location { get; private set; } = new();

    public VenueTime Venue { get; private set; } = null!;

    public bool MayEdit { get; private set; }

    /// <summary>Which form was refused: <c>race</c>, <c>add</c>, or the location's UUID.</summary>
    public string? Refused { get; private set; }

    public DateTimeOffset Now => time.GetUtcNow();

    public async Task OnGetAsync() => await LoadAsync();

    public async Task<IActionResult> OnPostEditAsync([Bind(Prefix = nameof(Race))] RaceForm race)
    {
        await LoadAsync();
        var sent = await this.TrySendAsync(mediator, race.Change(RaceUuid, Venue));
        if (sent.Ok) return Redirect($"/races/{RaceUuid}");
        (Race, Refused) = (race, "race");
        return Page();
    }

    public async Task<IActionResult> OnPostAddLocationAsync([Bind(Prefix = nameof(Location))] LocationForm location)
    {
        var sent = await this.TrySendAsync(mediator, location.Creation(RaceUuid));
        if (sent.Ok) return Redirect($"/races/{RaceUuid}#course");
        return await RefusedAsync("add", location);
    }

    public async Task<IActionResult> OnPostEditLocationAsync(Guid locationUuid, [Bind(Prefix = nameof(Location))] LocationForm location)
    {
        var sent = await this.TrySendAsync(mediator, location.Change(locationUuid));
        if (sent.Ok) return Redirect($"/races/{RaceUuid}#course");
        return await RefusedAsync(locationUuid.ToString(), location);
    }

    public async Task<IActionResult> OnPostRemoveLocationAsync(Guid locationUuid)
    {
        var sent = await this.TrySendAsync(mediator, new DeleteLocation(locationUuid));
        if (sent.Ok) return Redirect($"/races/{RaceUuid}#course");
        return await RefusedAsync(locationUuid.ToString(), null);
    }

    private async Task<IActionResult> RefusedAsync(string form, LocationForm? location)
    {
        await LoadAsync();
        (Refused, Location) = (form, location ?? new LocationForm());
        return Page();
    }

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Shown = await mediator.Send(new ReadRace(RaceUuid), aborted);
        Competition = await mediator.Send(new ReadCompetition(Shown.CompetitionUuid), aborted);
        Races = (await mediator.Send(new ListRaces(Shown.CompetitionUuid, new PageRequest(PageRequest.Most, null)), aborted)).Items;
        StartList = await mediator.Send(new FindStartList(RaceUuid), aborted);
        Locations = (await mediator.Send(new ListLocations(RaceUuid, new PageRequest(PageRequest.Most, null)), aborted)).Items;
        Venue = new VenueTime(Competition.TimeZone);
        Race = RaceForm.Of(Shown, Venue);
        MayEdit = current.Actor.May(Competition.ClientUuid, Roles.Admin);
        Competition.Bar(Races, RaceUuid).Show(ViewData);
    }
}
