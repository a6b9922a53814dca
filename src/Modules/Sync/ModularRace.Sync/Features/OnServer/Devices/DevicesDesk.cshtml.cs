using System.Globalization;
using System.Text.Json.Nodes;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using ModularRace.Sync.Features.OnServer.Pairing;
using ModularRace.Sync.Features.OnServer.Runs;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Sync.Features.OnServer.Devices;

/// <summary>The Pis: what each last said, pairing, and taking the right away again.</summary>
[Authorize(Policies.Admin)]
internal sealed class DevicesDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    /// <summary>Those in need first, then by name; revoked ones last.</summary>
    public IReadOnlyList<DeviceItem> Devices { get; private set; } = [];

    public IReadOnlyList<CompetitionSummary> Competitions { get; private set; } = [];

    /// <summary>The last runs of each device, newest first.</summary>
    public ILookup<Guid, DeviceRunLine> Runs { get; private set; } = Array.Empty<DeviceRunLine>().ToLookup(r => r.DeviceUuid);

    public VenueTime Venue { get; private set; } = null!;

    /// <summary>The code that was just made: shown this once.</summary>
    public PairingCodeMade? Made { get; private set; }

    public PairingForm Pairing { get; private set; } = new();

    public DeviceForm Device { get; private set; } = new();

    /// <summary>Which form was refused: <c>pair</c>, or the device's UUID.</summary>
    public string? Refused { get; private set; }

    public DateTimeOffset Now => time.GetUtcNow();

    public async Task OnGetAsync() => await LoadAsync();

    public async Task<IActionResult> OnPostPairAsync([Bind(Prefix = nameof(Pairing))] PairingForm form)
    {
        var sent = await this.TrySendAsync(mediator, form.Message());
        await LoadAsync();
        (Made, Pairing, Refused) = (sent.Result, form, sent.Ok ? null : "pair");
        return Page();
    }

    public async Task<IActionResult> OnPostChangeAsync(Guid deviceUuid, [Bind(Prefix = nameof(Device))] DeviceForm form)
    {
        var sent = await this.TrySendAsync(mediator, new ChangeDevice(deviceUuid, form.Patch()));
        if (sent.Ok) return Redirect("/devices");
        await LoadAsync();
        (Device, Refused) = (form, deviceUuid.ToString());
        return Page();
    }

    public async Task<IActionResult> OnPostRevokeAsync(Guid deviceUuid)
    {
        var sent = await this.TrySendAsync(mediator, new RevokeDevice(deviceUuid));
        if (sent.Ok) return Redirect("/devices");
        await LoadAsync();
        Refused = deviceUuid.ToString();
        return Page();
    }

    /// <summary>A figure of what the device said with its last upload; null: it did not say.</summary>
    public static long? Said(DeviceItem device, string figure) =>
        device.Status?[figure] is JsonValue value && value.TryGetValue<double>(out var number) ? (long)number : null;

    public static string? SaidText(DeviceItem device, string field) => device.Status?[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>Free part of the card, 0 to 1; null: not known.</summary>
    public static double? CardFree(DeviceItem device) =>
        Said(device, "disk_free_bytes") is { } free && Said(device, "disk_total_bytes") is { } total and > 0 ? Math.Clamp((double)free / total, 0, 1) : null;

    public string Granted(DeviceItem device) => device.CompetitionUuids is not { } granted
        ? Say("every competition")
        : granted.Count == 0 ? Say("no competition") : string.Join(", ", granted.Select(g => Competitions.FirstOrDefault(c => c.ClientUuid == g)?.Name ?? Say("another competition")));

    /// <summary>What may be granted in the device's form: what it has, and the latest.</summary>
    public IEnumerable<CompetitionSummary> Grantable(DeviceItem device) =>
        Competitions.Where((c, i) => i < 20 || device.CompetitionUuids?.Contains(c.ClientUuid) == true);

    public bool IsGranted(DeviceItem device, Guid competition) =>
        Refused == device.DeviceUuid.ToString() ? Device.CompetitionUuids?.Contains(competition) == true : device.CompetitionUuids?.Contains(competition) == true;

    public bool HasAll(DeviceItem device) => Refused == device.DeviceUuid.ToString() ? Device.Scope != "some" : device.CompetitionUuids is null;

    public static bool NeedsSomebody(DeviceItem device) =>
        device.State == "silent" || device.Alerts.Count > 0 || Said(device, "failed") > 0 || Said(device, "conflicts") > 0;

    /// <summary>"12 sent, 3 received, 1 in review, in 2.1 s, 14 kB, 3 requests"</summary>
    public static string Figures(DeviceRunLine run)
    {
        if (!run.Reached) return Say("The cloud was not reached.");
        var words = new List<string> { Say("{0} sent", run.Uploaded) };
        if (run.Downloaded > 0) words.Add(Say("{0} received", run.Downloaded));
        if (run.Conflicts > 0) words.Add(Say("{0} in review", run.Conflicts));
        if (run.Failed > 0) words.Add(Say("{0} could not be taken", run.Failed));
        if (run.Deferred > 0) words.Add(Say("{0} put off", run.Deferred));
        if (run.DurationMs is { } ms) words.Add(Say("in {0}||so long", VenueTime.Span(ms)));
        if (run.Bytes is { } bytes) words.Add(string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000.0:0.#} kB"));
        if (run.Requests is { } requests) words.Add(requests == 1 ? Say("1 request") : Say("{0} requests", requests));
        return string.Join(", ", words);
    }

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        var devices = await mediator.Send(new ListDevices(new PageRequest(PageRequest.Most, null)), aborted);
        Devices = [.. devices.Items.OrderBy(d => d.State == "revoked").ThenByDescending(NeedsSomebody).ThenBy(d => d.Name, StringComparer.CurrentCultureIgnoreCase)];
        Runs = (await mediator.Send(new ListDeviceRuns([.. Devices.Select(d => d.DeviceUuid)]), aborted)).ToLookup(r => r.DeviceUuid);
        Competitions = await mediator.Send(new FindCompetitions(current.Actor.Competitions), aborted);
        // The page is about no competition; its times are those of the one that is on, else of the latest.
        var today = DateOnly.FromDateTime(Now.UtcDateTime);
        var on = Competitions.FirstOrDefault(c => c.StartDate <= today && c.EndDate >= today) ?? (Competitions.Count > 0 ? Competitions[0] : null);
        Venue = new VenueTime(on?.TimeZone);
        if (on is null) return;
        var races = await mediator.Send(new FindRacesOfCompetition(on.ClientUuid), aborted);
        var race = races.FirstOrDefault(r => r.Status == "in_progress") ?? races.FirstOrDefault(r => r.Status == "scheduled") ?? (races.Count > 0 ? races[^1] : null);
        new DeskBar(on.ClientUuid, on.Name, on.StartDate, on.EndDate, on.TimeZone, race?.ClientUuid).Show(ViewData);
    }
}

/// <summary>What an admin says of a device that is to be paired.</summary>
internal sealed record PairingForm
{
    public string? Name { get; set; }

    public bool MayDecide { get; set; }

    /// <summary><c>all</c>, also later ones, or <c>some</c>.</summary>
    public string? Scope { get; set; }

    public IReadOnlyList<Guid>? CompetitionUuids { get; set; }

    /// <summary>A known device to pair anew.</summary>
    public Guid? DeviceUuid { get; set; }

    public MakePairingCode Message() => new(PageForms.Typed(Name), Scope == "some" ? CompetitionUuids ?? [] : null, MayDecide, DeviceUuid);
}

/// <summary>What an admin changes of a device.</summary>
internal sealed record DeviceForm
{
    public string? Name { get; set; }

    public bool MayDecide { get; set; }

    /// <summary><c>all</c>, also later ones, or <c>some</c>; null: as it is.</summary>
    public string? Scope { get; set; }

    public IReadOnlyList<Guid>? CompetitionUuids { get; set; }

    public JsonObject Patch()
    {
        var patch = new JsonObject { ["name"] = PageForms.Typed(Name), ["may_decide"] = MayDecide };
        if (Scope is not null) patch["competition_uuids"] = Scope == "some" ? new JsonArray([.. (CompetitionUuids ?? []).Select(c => JsonValue.Create(c.ToString()))]) : null;
        return patch;
    }
}
