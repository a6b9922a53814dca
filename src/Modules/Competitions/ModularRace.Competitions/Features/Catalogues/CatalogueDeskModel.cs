using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Features.Competitions;
using ModularRace.Competitions.Features.Races;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Competitions.Features.Catalogues;

/// <summary>One of a competition's two catalogues: line by line, or as a file.</summary>
internal abstract class CatalogueDeskModel(IMediator mediator, ICurrentActor current, CatalogueKind kind) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid CompetitionUuid { get; set; }

    public CatalogueKind Kind => kind;

    public CompetitionView Competition { get; private set; } = null!;

    public IReadOnlyList<RaceView> Races { get; private set; } = [];

    public IReadOnlyList<CatalogueEntryView> Lines { get; private set; } = [];

    public CatalogueForm Line { get; private set; } = new();

    public bool MayEdit { get; private set; }

    /// <summary>Which form was refused: <c>add</c>, or the line's UUID. It stays open with what was typed.</summary>
    public string? Refused { get; private set; }

    /// <summary>The disciplines of the races; before there is one, all.</summary>
    public IReadOnlyList<string> Raced { get; private set; } = Disciplines.All;

    public string Here => $"/competitions/{CompetitionUuid}/{(kind == CatalogueKind.Penalties ? "penalties" : "phrases")}";

    protected IMediator Mediator => mediator;

    public async Task<IActionResult> OnGetAsync()
    {
        await LoadAsync();
        return Competition.MergedInto is { } into ? Redirect(Here.Replace(CompetitionUuid.ToString(), into.ToString(), StringComparison.Ordinal)) : Page();
    }

    public async Task<IActionResult> OnPostAddAsync([Bind(Prefix = nameof(Line))] CatalogueForm line) => await WriteAsync("add", line, line.Item());

    public async Task<IActionResult> OnPostEditAsync(Guid lineUuid, [Bind(Prefix = nameof(Line))] CatalogueForm line) =>
        await WriteAsync(lineUuid.ToString(), line, line.Item() with { ClientUuid = lineUuid });

    public async Task<IActionResult> OnPostRemoveAsync(Guid lineUuid, [Bind(Prefix = nameof(Line))] CatalogueForm line) =>
        await WriteAsync(lineUuid.ToString(), line, line.Item() with { ClientUuid = lineUuid, Deleted = true });

    /// <summary>A discipline as people read it.</summary>
    public static string Named(string? discipline) => discipline is null ? Say("All disciplines") : RaceForm.Words(discipline);

    /// <summary>A language as people read it; what is none of the screen's as it was written.</summary>
    public static string Spoken(string? language) => language?.Split('-')[0].ToLowerInvariant() switch
    {
        null => Say("All languages"),
        "en" => Say("English"),
        "fr" => Say("French"),
        "de" => Say("German"),
        "it" => Say("Italian"),
        "es" => Say("Spanish"),
        _ => language,
    };

    /// <summary>Groups as the page shows them: what is for all disciplines first, then as races of the sport are listed.</summary>
    public IEnumerable<IGrouping<(string? Discipline, string? Language), CatalogueEntryView>> Groups => Lines
        .GroupBy(l => (l.Discipline, Language: kind == CatalogueKind.Phrases ? l.Language : null))
        .OrderBy(g => Place(Disciplines.All, g.Key.Discipline)).ThenBy(g => Place(PageLanguages.All, g.Key.Language)).ThenBy(g => g.Key.Language, StringComparer.Ordinal);

    protected async Task<IActionResult> WriteAsync(string form, CatalogueForm typed, params IReadOnlyList<CatalogueItem> items)
    {
        var sent = await this.TrySendAsync(mediator, new WriteCatalogue(CompetitionUuid, kind, items, WriteCatalogue.Merge));
        if (sent.Ok) return Redirect(Here);
        await LoadAsync();
        (Line, Refused) = (typed, form);
        return Page();
    }

    private static int Place(IReadOnlyList<string> all, string? one) => one is null ? -1 : all.Contains(one) ? all.TakeWhile(o => o != one).Count() : all.Count;

    private async Task LoadAsync()
    {
        var aborted = HttpContext.RequestAborted;
        Competition = await mediator.Send(new ReadCompetition(CompetitionUuid), aborted);
        Races = (await mediator.Send(new ListRaces(CompetitionUuid, new PageRequest(PageRequest.Most, null)), aborted)).Items;
        Lines = (await mediator.Send(new ReadCatalogue(CompetitionUuid, kind), aborted)).Items;
        if (Races.Count > 0) Raced = [.. Disciplines.All.Where(d => Races.Any(r => r.Discipline == d))];
        MayEdit = current.Actor.May(Competition.ClientUuid, Roles.Admin);
        Competition.Bar(Races).Show(ViewData);
    }
}

/// <summary>A line as it is typed.</summary>
internal sealed record CatalogueForm
{
    /// <summary>Made with the form that adds a line, so that sending it twice adds one (R2).</summary>
    public Guid? ClientUuid { get; set; }

    /// <summary>The revision that was shown: a form on an older one is refused.</summary>
    public string? Revision { get; set; }

    public string? Code { get; set; }

    public string? Text { get; set; }

    public string? Name { get; set; }

    public string? Discipline { get; set; }

    public string? Language { get; set; }

    public int? Position { get; set; }

    public static CatalogueForm Of(CatalogueEntryView l) =>
        new() { Revision = l.Revision, Code = l.Code, Text = l.Text, Name = l.Name, Discipline = l.Discipline, Language = l.Language, Position = l.Position };

    public CatalogueItem Item() =>
        new(ClientUuid, PageForms.Typed(Code), PageForms.Typed(Text), PageForms.Typed(Name), PageForms.Typed(Discipline), PageForms.Typed(Language), Position, null) { Revision = Revision };
}

/// <summary>What the jury may give.</summary>
[Authorize(Policies.SignedIn)]
internal sealed class PenaltiesDeskModel(IMediator mediator, ICurrentActor current) : CatalogueDeskModel(mediator, current, CatalogueKind.Penalties);

/// <summary>What a touchscreen offers to be tapped after a report.</summary>
[Authorize(Policies.SignedIn)]
internal sealed class PhrasesDeskModel(IMediator mediator, ICurrentActor current, UsualPhrases usual) : CatalogueDeskModel(mediator, current, CatalogueKind.Phrases)
{
    /// <summary>As many as a screen has room for; a team's athletes take some of it.</summary>
    public const int Room = 7;

    /// <summary>How many of its own a screen has for a discipline in a language; none: it offers the usual ones.</summary>
    public int Own(string discipline, string language) => Lines.Count(l =>
        (l.Discipline is null || l.Discipline == discipline) && (l.Language is null || string.Equals(l.Language.Split('-')[0], language, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Begins with the usual ones: they are written into the catalogue, to be changed there.</summary>
    public async Task<IActionResult> OnPostUsualAsync(string[]? disciplines, string[]? languages) =>
        await WriteAsync("usual", new CatalogueForm(), [.. usual.Lines(Disciplines.All.Intersect(disciplines ?? []), [.. PageLanguages.All.Intersect(languages ?? [])])]);
}
