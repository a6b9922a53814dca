using System.Text.Json.Nodes;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using ModularRace.Sync.Persistence.Server;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Sync.Features.OnServer.Quarantine;

/// <summary>R14: what could not be taken, for those who correct it, take it or set it aside.</summary>
[Authorize(Policies.Jury)]
internal sealed class QuarantineDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    private const string Prefix = "Field.";

    public static readonly IReadOnlyList<string> Views = [QuarantineStates.Open, QuarantineStates.SetAside, QuarantineStates.Accepted, QuarantineStates.Closed];

    public string State { get; private set; } = QuarantineStates.Open;

    /// <summary>By competition, the one with the oldest entry first; within it the oldest first.</summary>
    public IReadOnlyList<IGrouping<Guid?, QuarantineItem>> Groups { get; private set; } = [];

    /// <summary>There are more than one page shows.</summary>
    public bool More { get; private set; }

    public QuarantineItem? Entry { get; private set; }

    public IReadOnlyList<QuarantineField> Fields { get; private set; } = [];

    /// <summary>What waits for the entry, or the entry that it waits for.</summary>
    public IReadOnlyList<QuarantineItem> Followers { get; private set; } = [];

    public QuarantineItem? Parent { get; private set; }

    public IReadOnlyDictionary<Guid, CompetitionSummary> Competitions { get; private set; } = new Dictionary<Guid, CompetitionSummary>();

    public IReadOnlyList<RaceSummary> Races { get; private set; } = [];

    public IReadOnlyList<LocationSummary> Locations { get; private set; } = [];

    public VenueTime Venue { get; private set; } = new(null);

    public string? Said { get; private set; }

    public string? Note { get; private set; }

    public bool CanBeSettled => Entry?.State is QuarantineStates.Open or QuarantineStates.SetAside;

    /// <summary>A record without a type or identity can only be set aside.</summary>
    public bool CanBeTaken => Entry is { Type: not null, RecordUuid: not null };

    /// <summary>Of the tab.</summary>
    public static string Name(string state) => state switch
    {
        QuarantineStates.Open => Say("Waiting||records in quarantine"),
        QuarantineStates.SetAside => Say("Set aside||records"),
        QuarantineStates.Accepted => Say("Accepted||records"),
        _ => Say("Mended on the device||records"),
    };

    public string Here(Guid? entry) => $"/quarantine?state={State}{(entry is { } uuid ? $"&entry={uuid}" : "")}";

    public string Competition(Guid? uuid) => uuid is { } known ? Competitions.TryGetValue(known, out var c) ? c.Name : Say("A competition that is not here") : Say("No competition that could be told");

    public string Age(QuarantineItem item)
    {
        var age = time.GetUtcNow() - item.ReceivedAt;
        return age.TotalDays >= 1 ? Say("{0} d||days", (int)age.TotalDays) : age.TotalHours >= 1 ? $"{(int)age.TotalHours} h" : $"{Math.Max(0, (int)age.TotalMinutes)} min";
    }

    /// <summary>What a reader makes of a value: names for identities, the venue's time for times.</summary>
    public string? Meaning(QuarantineField field)
    {
        if (Guid.TryParse(field.Text, out var uuid))
            return field.Name switch
            {
                "race_uuid" => Races.FirstOrDefault(r => r.ClientUuid == uuid)?.Name ?? Say("a race that is not here"),
                "race_location_uuid" => Locations.FirstOrDefault(l => l.ClientUuid == uuid)?.Name ?? Say("a place that is not here"),
                "competition_uuid" => Competitions.GetValueOrDefault(uuid)?.Name ?? Say("a competition that is not here"),
                _ => null,
            };
        return Shared.Json.InstantConverter.TryRead(field.Text, out var at) ? Say("{0}, {1}, by the device’s clock", Venue.Exact(at), Venue.Day(at)) : null;
    }

    public async Task OnGetAsync(string? state, Guid? entry, string? said)
    {
        Said = said is "accepted" or "set_aside" ? said : null;
        await LoadAsync(state, entry, null);
    }

    public async Task<IActionResult> OnPostAcceptAsync(Guid entry, string? state, string? note)
    {
        var item = await mediator.Send(new ReadQuarantined(entry), HttpContext.RequestAborted);
        var typed = Typed();
        var sent = await this.TrySendAsync(mediator, new SettleQuarantined(entry, "accept", QuarantineFields.Corrected(item.Data as JsonObject, typed), PageForms.Typed(note)));
        if (sent.Ok) return Redirect("/quarantine?said=accepted");
        await LoadAsync(state, entry, typed);
        Note = note;
        return Page();
    }

    public async Task<IActionResult> OnPostSetAsideAsync(Guid entry, string? state, string? note)
    {
        var sent = await this.TrySendAsync(mediator, new SettleQuarantined(entry, "set_aside", null, PageForms.Typed(note)));
        if (sent.Ok) return Redirect("/quarantine?said=set_aside");
        await LoadAsync(state, entry, Typed());
        Note = note;
        return Page();
    }

    private Dictionary<string, string> Typed() => Request.Form.Where(f => f.Key.StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(f => f.Key[Prefix.Length..], f => f.Value.ToString(), StringComparer.Ordinal);

    private async Task LoadAsync(string? state, Guid? entry, Dictionary<string, string>? typed)
    {
        var aborted = HttpContext.RequestAborted;
        Entry = entry is { } asked ? await mediator.Send(new ReadQuarantined(asked), aborted) : null;
        State = Entry?.State ?? (Views.Contains(state, StringComparer.Ordinal) ? state! : QuarantineStates.Open);
        var page = await mediator.Send(new ListQuarantine(State, new PageRequest(PageRequest.Most, null)), aborted);
        More = page.NextCursor is not null;
        Groups = [.. page.Items.GroupBy(i => i.CompetitionUuid).OrderBy(g => g.First().ReceivedAt)];
        Competitions = (await mediator.Send(new FindCompetitions(current.Actor.Competitions), aborted)).ToDictionary(c => c.ClientUuid);
        if (Entry is not null) await ExplainAsync(Entry, page.Items, typed);

        var now = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var about = Entry?.CompetitionUuid is { } of && Competitions.TryGetValue(of, out var its) ? its
            : Competitions.Values.FirstOrDefault(c => c.StartDate <= now && c.EndDate >= now) ?? Competitions.Values.FirstOrDefault();
        if (about is null) return;
        Venue = new VenueTime(about.TimeZone);
        var races = about.ClientUuid == Entry?.CompetitionUuid ? Races : await mediator.Send(new FindRacesOfCompetition(about.ClientUuid), aborted);
        var race = races.FirstOrDefault(r => r.Status == "in_progress") ?? races.FirstOrDefault(r => r.Status == "scheduled") ?? (races.Count > 0 ? races[^1] : null);
        new DeskBar(about.ClientUuid, about.Name, about.StartDate, about.EndDate, about.TimeZone, race?.ClientUuid).Show(ViewData);
    }

    private async Task ExplainAsync(QuarantineItem item, IReadOnlyList<QuarantineItem> listed, Dictionary<string, string>? typed)
    {
        var aborted = HttpContext.RequestAborted;
        Fields = [.. QuarantineFields.Of(item.Data as JsonObject, item.Error.Field).Select(f => typed?.GetValueOrDefault(f.Name) is { } text ? f with { Text = text } : f)];
        Followers = [.. listed.Where(i => i.DeviceUuid == item.DeviceUuid && i.Error.Code == "parent_in_quarantine" && item.RecordUuid is { } uuid && Refers(i, uuid))];
        Parent = item.Error.Code == "parent_in_quarantine" && item.Error.Field is { } field && Guid.TryParse(QuarantineFields.Text((item.Data as JsonObject)?[field]), out var parent)
            ? listed.FirstOrDefault(i => i.RecordUuid == parent && i.DeviceUuid == item.DeviceUuid)
            : null;
        if (item.CompetitionUuid is { } competition) Races = await mediator.Send(new FindRacesOfCompetition(competition), aborted);
        if (Guid.TryParse(Fields.FirstOrDefault(f => f.Name == "race_uuid")?.Text, out var race)) Locations = await mediator.Send(new FindLocationsOfRace(race), aborted);
    }

    private static bool Refers(QuarantineItem item, Guid uuid) =>
        (item.Data as JsonObject)?.Any(p => p.Key.EndsWith("_uuid", StringComparison.Ordinal) && Guid.TryParse(QuarantineFields.Text(p.Value), out var named) && named == uuid) == true;
}
