using System.Text.Json.Nodes;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Features.Review.Resolving;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Dedup.Features.Review;

/// <summary>R6, R8: what only a person can decide, by age and competition, and one conflict side by side.</summary>
[Authorize(Policies.Jury)]
internal sealed class ConflictsDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    private const string Prefix = "Field.";

    public static IReadOnlyList<(string Type, string Name)> Kinds =>
    [
        (ConflictTypes.FingerprintMatchDecisionMismatch, Say("Two decisions")), (ConflictTypes.DecisionMismatch, Say("Decided twice")), (ConflictTypes.FieldMismatch, Say("Edited twice")),
        (ConflictTypes.UuidExistsDifferentData, Say("Two contents")), (ConflictTypes.ReferenceEditedOnBothSides, Say("Race data edited twice")),
    ];

    [BindProperty(SupportsGet = true, Name = "state")]
    public string? State { get; set; }

    [BindProperty(SupportsGet = true, Name = "competition")]
    public Guid? Competition { get; set; }

    [BindProperty(SupportsGet = true, Name = "kind")]
    public string? Kind { get; set; }

    [BindProperty(SupportsGet = true, Name = "cursor")]
    public string? Cursor { get; set; }

    [BindProperty(SupportsGet = true, Name = "conflict")]
    public Guid? ConflictUuid { get; set; }

    public bool Resolved => State == "resolved";

    public Page<ConflictLine> Lines { get; private set; } = new([], null);

    public ReviewBar Bar { get; private set; } = null!;

    public ConflictCase? Case { get; private set; }

    public IReadOnlyList<ThirdField> Fields { get; private set; } = [];

    public WaitingCounts Waiting { get; private set; } = new(null, null);

    public DateTimeOffset Now { get; } = time.GetUtcNow();

    /// <summary>What was typed and chosen in a form that was refused.</summary>
    public string? Choice { get; private set; }

    public string? Note { get; private set; }

    /// <summary>The record moved on, or somebody else chose, while the page was open.</summary>
    public string? MovedOn { get; private set; }

    /// <summary>The conflict that was resolved just now.</summary>
    public ConflictCase? Done { get; private set; }

    public IReadOnlyList<ManyOutcome> Many { get; private set; } = [];

    public int ManyDone { get; private set; }

    public async Task OnGetAsync(Guid? done)
    {
        if (done is { } uuid && await FindAsync(uuid) is { Conflict.Resolution: not null } resolved) Done = resolved;
        await LoadAsync();
    }

    public async Task<IActionResult> OnPostResolveAsync(Guid conflict, string? choice, string? note, string? shown)
    {
        ConflictUuid = conflict;
        var laid = await mediator.Send(new LayOutConflict(conflict), HttpContext.RequestAborted);
        var next = await NextAsync(conflict);
        var typed = Typed();
        try
        {
            if (ModelState.IsValid && Message(laid, choice, typed) is { } message)
            {
                // What the person looked at is what they resolve: nothing that came since.
                await mediator.Send(message with { Notes = PageForms.Typed(note), Shown = shown ?? "" }, HttpContext.RequestAborted);
                return Redirect(Here(next, done: conflict));
            }

            ModelState.AddModelError("", Say("Choose first what stands."));
        }
        catch (Problem problem) when (problem.Code is "record_changed" or "already_resolved")
        {
            MovedOn = problem.Code;
        }
        catch (Problem problem) when (problem.Status is < 500 and not (401 or 403 or 404))
        {
            foreach (var (field, messages) in problem.Errors ?? new Dictionary<string, string[]>(StringComparer.Ordinal) { [""] = [problem.Message] })
                foreach (var text in messages)
                    ModelState.AddModelError(field.StartsWith("data.", StringComparison.Ordinal) && typed.ContainsKey(field[5..]) ? Prefix + field[5..] : "", field.Length == 0 ? SayKept(text) : VersionWords.Colon(VersionWords.Label(field[(field.LastIndexOf('.') + 1)..]), SayKept(text)));
        }

        (Choice, Note) = (choice, note);
        await LoadAsync(typed);
        return Page();
    }

    /// <summary>Each is its own resolution: one that fails says so, and holds up none of the rest.</summary>
    public async Task<IActionResult> OnPostManyAsync(string? resolution, string? note, [FromForm] string[] chosen)
    {
        var outcomes = new List<ManyOutcome>();
        foreach (var ticked in chosen.Distinct(StringComparer.Ordinal).Take(PageRequest.Most))
        {
            var parts = ticked.Split(' ', 2);
            if (!Guid.TryParse(parts[0], out var uuid)) continue;
            try
            {
                await mediator.Send(new ResolveConflict(resolution!, Notes: PageForms.Typed(note)) { ConflictUuid = uuid, Shown = parts.Length > 1 ? parts[1] : "" }, HttpContext.RequestAborted);
                ManyDone++;
            }
            catch (Problem problem) when (problem.Status is < 500 and not 401)
            {
                outcomes.Add(new ManyOutcome(uuid, await FindAsync(uuid) is { } laid ? laid.Story : null, SayKept(problem.Errors?.Values.FirstOrDefault()?[0] ?? problem.Message)));
            }
        }

        (Many, Note) = (outcomes, note);
        if (chosen.Length == 0) ModelState.AddModelError("many", Say("Tick the conflicts first that shall be resolved together."));
        await LoadAsync();
        return Page();
    }

    /// <summary>The address of this list, filters kept, with or without a conflict open.</summary>
    public string Here(Guid? conflict, string? handler = null, Guid? done = null, string? cursor = null)
    {
        var query = new List<string>();
        if (Resolved) query.Add("state=resolved");
        if (Competition is { } competition) query.Add($"competition={competition}");
        if (Kinds.Any(k => k.Type == Kind)) query.Add($"kind={Kind}");
        if ((cursor ?? Cursor) is { Length: > 0 } page) query.Add($"cursor={Uri.EscapeDataString(page)}");
        if (conflict is { } uuid) query.Add($"conflict={uuid}");
        if (handler is not null) query.Add($"handler={handler}");
        if (done is { } resolved) query.Add($"done={resolved}");
        return query.Count == 0 ? "/conflicts" : $"/conflicts?{string.Join('&', query)}";
    }

    public string CompetitionName(Guid? uuid) => uuid is { } known && Bar.Competitions.TryGetValue(known, out var c) ? c.Name : Say("No competition");

    /// <summary>"3 h 10", "52 min".</summary>
    public string Age(DateTimeOffset since)
    {
        var age = Now - since;
        return age.TotalDays >= 1 ? $"{(int)age.TotalDays} d {age.Hours} h" : age.TotalHours >= 1 ? $"{(int)age.TotalHours} h {age.Minutes:00}" : $"{Math.Max(0, (int)age.TotalMinutes)} min";
    }

    public static string Said(string? resolution) => resolution switch
    {
        "cloud_wins" => Say("Kept what stood on the cloud"),
        "device_wins" => Say("Kept the device’s"),
        "manual" => Say("Written anew"),
        "keep_apart" => Say("Kept apart"),
        _ => Say("Closed by itself: one value was left"),
    };

    /// <summary>The same within a sentence.</summary>
    public static string SaidWithin(string? resolution) => resolution switch
    {
        "cloud_wins" => Say("kept what stood on the cloud"),
        "device_wins" => Say("kept the device’s"),
        "manual" => Say("written anew"),
        "keep_apart" => Say("kept apart"),
        _ => Say("closed by itself: one value was left"),
    };

    private Dictionary<string, string> Typed() => Request.Form.Where(f => f.Key.StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(f => f.Key[Prefix.Length..], f => f.Value.ToString(), StringComparer.Ordinal);

    /// <summary>A choice names its version, so that it means the same when another one has come meanwhile. Null: nothing is chosen.</summary>
    private static ResolveConflict? Message(ConflictCase laid, string? choice, Dictionary<string, string> typed)
    {
        var message = new ResolveConflict(Resolutions.Manual) { ConflictUuid = laid.Conflict.ClientUuid };
        if (choice == Resolutions.KeepApart) return message with { Resolution = choice };
        if (choice == Resolutions.Manual) return message with { Data = ThirdVersion.Data(laid, typed) };
        if (string.IsNullOrEmpty(choice)) return null;
        var version = laid.Versions.FirstOrDefault(v => v.Key == choice) ?? throw Problem.Conflict("record_changed", "That version is no longer there.");
        if (version.Choice != Resolutions.Manual) return message with { Resolution = version.Choice };
        var data = new JsonObject();
        foreach (var field in laid.Conflict.DifferingFields.SelectMany(f => FieldValues.Fields(laid.Conflict.RecordType, f))) data[field] = version.Content[field]?.DeepClone();
        return message with { Data = data };
    }

    private async Task<ConflictCase?> FindAsync(Guid conflict)
    {
        try
        {
            return await mediator.Send(new LayOutConflict(conflict), HttpContext.RequestAborted);
        }
        catch (Problem problem) when (problem.Status == 404)
        {
            return null;
        }
    }

    /// <summary>The one after this in the list, else the first: what a person works at next.</summary>
    private async Task<Guid?> NextAsync(Guid conflict)
    {
        var lines = (await mediator.Send(Asked(), HttpContext.RequestAborted)).Items.Select(l => l.ClientUuid).ToList();
        var at = lines.IndexOf(conflict);
        return lines.Skip(at + 1).Concat(lines.Take(Math.Max(0, at))).Select(u => (Guid?)u).FirstOrDefault();
    }

    private FindConflictLines Asked() => new(Resolved, Competition, Kinds.Any(k => k.Type == Kind) ? Kind : null, new PageRequest(null, Cursor));

    private async Task LoadAsync(Dictionary<string, string>? typed = null)
    {
        var aborted = HttpContext.RequestAborted;
        Lines = await mediator.Send(Asked(), aborted);
        Waiting = await mediator.Send(new CountWaiting(), aborted);
        if (ConflictUuid is { } uuid)
        {
            Case = await mediator.Send(new LayOutConflict(uuid), aborted);
            Fields = await ThirdVersion.FieldsAsync(mediator, Case, typed, aborted);
        }

        Bar = await ReviewBar.ShowAsync(ViewData, mediator, current.Actor, [Roles.JuryPresident], Case?.Conflict.CompetitionUuid ?? Competition, Case?.Story.RaceUuid, Now, aborted);
    }
}

/// <summary>One of several that could not be resolved, and why.</summary>
internal sealed record ManyOutcome(Guid ConflictUuid, ConflictStory? Story, string Why);
