namespace ModularRace.Browser.Tests;

/// <summary>The desk in each language: nothing on a page is the same in all of them but names and figures, and no page is wider than a screen or a phone by longer words.</summary>
public sealed class DeskLanguagesTests(Chromium chromium, QuietDay quiet) : IClassFixture<QuietDay>
{
    private readonly CloudAndPi day = quiet.Day;

    // What is seen or heard, piece by piece; what records are made of is marked by where it stands.
    private const string Texts = """
        () => {
          const all = new Set();
          const add = text => { const t = (text ?? '').replace(/\s+/g, ' ').trim(); if (/\p{L}{3}/u.test(t)) all.add(t); };
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node = walk.nextNode(); node; node = walk.nextNode())
            if (!node.parentElement.closest('script, style, code, kbd, .languages, option[value*="-"], [lang]:not(html)')) add(node.data);
          for (const e of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
            for (const name of ['aria-label', 'title', 'placeholder', 'alt']) add(e.getAttribute(name));
          add(document.title);
          return [...all];
        }
        """;

    private const string Widest = """
        () => [...document.querySelectorAll('main *')].map(e => [e.getBoundingClientRect().right, e]).sort((a, b) => b[0] - a[0]).slice(0, 3)
          .map(([right, e]) => `${Math.round(right)} ${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 40)}`).join('; ')
        """;

    /// <summary>Standards, columns of files, what programs are sent, words that are the same in all five, and what the audit trail keeps as it was said.</summary>
    private static readonly string[] SameEverywhere =
    [
        "ModularRace", "Admin", "Sprint", "Vertical", "Europe/Rome", "Rome", "UTC", "https", "rtsp", "timing.example.org/modularrace", "incident.official", "incident.decided", "device.silent", "device.back",
        "device.revoked", "athlete_position", "birth_year", "license_number", "first_name", "last_name", "nation", "gender", "heat", "code", "name", "discipline", "language", "position", "sprint", "text", "bib",
        "with the code of", "admin, cloud", "jury_president", "by a program",
    ];

    [Fact]
    public async Task Nothing_on_a_page_of_the_desk_is_said_in_one_language_only()
    {
        var paths = await DeskPaths.AllAsync(day);
        var names = await NamesAsync();
        var said = paths.ToDictionary(p => p, _ => new List<string[]>(), StringComparer.Ordinal);
        foreach (var language in Shared.Web.PageLanguages.All)
        {
            await using var desk = await chromium.AdminsDeskAsync(day, language);
            foreach (var path in paths)
            {
                await desk.GoAsync(path);
                said[path].Add(await desk.Page.EvaluateAsync<string[]>(Texts));
            }

            desk.AssertQuiet();
        }

        var left = said.SelectMany(p => p.Value.Aggregate((a, b) => [.. a.Intersect(b)]).Where(t => IsSaid(t, names)).Select(t => (Text: t, Page: p.Key))).DistinctBy(t => t.Text).ToList();
        Assert.True(left.Count == 0, string.Join('\n', left.Select(t => $"{t.Text} ({t.Page})")));
    }

    [Theory]
    [InlineData("de", 1440)]
    [InlineData("fr", 1440)]
    [InlineData("de", 390)]
    [InlineData("fr", 390)]
    public async Task No_page_is_wider_than_the_screen_by_longer_words(string language, int width)
    {
        await using var desk = await chromium.AdminsDeskAsync(day, language, width);
        var wide = new List<string>();
        foreach (var path in (await DeskPaths.AllAsync(day)).Append($"/people/{quiet.Invited}"))
        {
            await desk.GoAsync(path);
            if (await desk.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") > width) wide.Add($"{path}: {await desk.Page.EvaluateAsync<string>(Widest)}");
        }

        Assert.True(wide.Count == 0, string.Join('\n', wide));
    }

    /// <summary>What people entered, longest first.</summary>
    private async Task<IReadOnlyList<string>> NamesAsync()
    {
        var athletes = (await day.Cloud.List($"/races/{day.Race}/start-list", 500)).SelectMany(b => b["athletes"]!.AsArray()).SelectMany(a => new[] { a!.Text("first_name"), a!.Text("last_name"), a!.Text("nation") });
        var places = (await day.Cloud.List($"/races/{day.Race}/locations")).SelectMany(l => new[] { l.Text("name"), (string?)l["course_segment"] });
        var competition = await day.Cloud.Get($"/competitions/{day.Competition}");
        var others = (await day.Cloud.List("/people")).Concat(await day.Cloud.List("/devices")).Concat(await day.Cloud.List("/competitions")).Concat(await day.Cloud.List($"/competitions/{day.Competition}/races")).SelectMany(x => new[] { x.Text("name"), (string?)x["email"] });
        return [.. athletes.Concat(places).Concat(others).Concat([competition.Text("name"), competition.Text("place"), competition.Text("country"), RunningHost.AdminEmail])
            .OfType<string>().Where(n => n.Length > 0).Concat(SameEverywhere).Distinct(StringComparer.Ordinal).OrderByDescending(n => n.Length)];
    }

    private static bool IsSaid(string text, IReadOnlyList<string> names)
    {
        foreach (var name in names) text = text.Replace(name, " ", StringComparison.Ordinal);
        return text.Split(' ').Any(word => word.Count(char.IsLetter) > 2);
    }
}

/// <summary>A day of its own, in which nobody but these tests enters anything; with a person who has no password yet, and names and an address that break nowhere.</summary>
public sealed class QuietDay : IAsyncLifetime
{
    internal CloudAndPi Day { get; } = new();

    internal string Invited { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await Day.InitializeAsync();
        await Day.Cloud.Post("/competitions", new { name = $"{new string('x', 40)}_{new string('y', 40)}", place = "Tesero", country = "ITA", start_date = "2025-02-06", end_date = "2025-02-08", time_zone = "Europe/Rome" }, System.Net.HttpStatusCode.Created);
        Invited = (await Day.Cloud.Post("/people", new { name = "Kirchenwitz_Schwarzenberger_zu_Hohenwart_Gerlachstein", email = "kirchenwitz_schwarzenberger_zu_hohenwart@mountainrace.example.org", roles = new[] { new { role = "jury_president" } } }, System.Net.HttpStatusCode.Created))["person"]!.Text("client_uuid");
    }

    public ValueTask DisposeAsync() => Day.DisposeAsync();
}
