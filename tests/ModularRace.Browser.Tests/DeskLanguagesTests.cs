using System.Text.RegularExpressions;

namespace ModularRace.Browser.Tests;

/// <summary>The desk in each language: nothing on a page is the same in all of them but names and figures, and no page is wider than a screen or a phone by longer words.</summary>
public sealed partial class DeskLanguagesTests(Chromium chromium, CloudAndPi day)
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
        var said = new Dictionary<string, Dictionary<string, HashSet<string>>>(StringComparer.Ordinal);
        foreach (var language in Shared.Web.PageLanguages.All)
        {
            await using var desk = await OpenAsync(language);
            foreach (var path in paths)
            {
                await desk.GoAsync(path);
                said.TryAdd(path, new Dictionary<string, HashSet<string>>(StringComparer.Ordinal));
                said[path][language] = [.. await desk.Page.EvaluateAsync<string[]>(Texts)];
            }

            desk.AssertQuiet();
        }

        var left = said.SelectMany(p => p.Value.Values.Aggregate((a, b) => [.. a.Intersect(b)]).Where(t => !SameEverywhere.Contains(t)).Select(t => $"{p.Key}: {t}"));
        Assert.Empty(left);
    }

    private async Task<Screen> OpenAsync(string language)
    {
        var desk = await chromium.AdminsDeskAsync(day);
        await desk.Page.Context.AddCookiesAsync([new Cookie { Name = "mr_lang", Value = language, Url = day.CloudHost.Address.ToString() }]);
        return desk;
    }
}
