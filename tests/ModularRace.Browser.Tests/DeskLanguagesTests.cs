namespace ModularRace.Browser.Tests;

/// <summary>The desk in each language: nothing on a page is the same in all of them but names and figures, and no page is wider than a screen or a phone by longer words.</summary>
public sealed class DeskLanguagesTests(Chromium chromium, CloudAndPi day)
{
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

    /// <summary>Names of people, places, programs and standards, and words of the sport that are the same everywhere.</summary>
    private static readonly HashSet<string> SameEverywhere = new(StringComparer.Ordinal) { "ModularRace" };

    [Fact]
    public async Task Nothing_on_a_page_of_the_desk_is_said_in_one_language_only()
    {
        var paths = await DeskPaths.AllAsync(day);
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

        Assert.Equal([], said.SelectMany(p => p.Value.Aggregate((a, b) => [.. a.Intersect(b)]).Where(t => !SameEverywhere.Contains(t)).Select(t => $"{p.Key}: {t}")));
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
        foreach (var path in await DeskPaths.AllAsync(day))
        {
            await desk.GoAsync(path);
            if (await desk.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") is var found && found > width) wide.Add($"{path}: {found}");
        }

        Assert.Equal([], wide);
    }
}
