namespace ModularRace.Browser.Tests;

/// <summary>
/// What a glove needs, on every page of the touchscreen and in both themes: nothing scrolls or is cut off, a key is at least
/// 72 px high and wide, and 12 px from the next.
/// </summary>
public sealed class TouchLayoutTests(Chromium chromium, CloudAndPi day)
{
    /// <summary>Measures the page as it stands; each line is one fault. A layer hides what is below it.</summary>
    private const string Measure = """
        async () => {
          // A key that has just flashed is as large as it will be once that is over.
          await Promise.allSettled(document.getAnimations().filter(a => a.effect.getComputedTiming().iterations !== Infinity).map(a => a.finished));
          const faults = [];
          const say = e => `${e.tagName.toLowerCase()}.${e.className?.baseVal ?? e.className} "${(e.getAttribute('aria-label') ?? e.textContent).trim().slice(0, 30)}"`;
          const shown = e => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 0;
          const root = document.documentElement;
          if (root.scrollWidth > 1280 || document.body.scrollWidth > 1280) faults.push(`wider than the screen: ${document.body.scrollWidth}`);
          if (root.scrollHeight > 720 || document.body.scrollHeight > 720) faults.push(`higher than the screen: ${document.body.scrollHeight}`);
          for (const e of document.querySelectorAll('body *')) {
            if (!shown(e) || e.closest('svg')) continue;
            const style = getComputedStyle(e);
            if (/auto|scroll/.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1) faults.push(`scrolls sideways: ${say(e)}`);
            if (/auto|scroll/.test(style.overflowY) && e.scrollHeight > e.clientHeight + 1) faults.push(`scrolls: ${say(e)}`);
          }
          const layer = document.querySelector('.layer');
          const targets = [...document.querySelectorAll('button, a[href], input, select, textarea, summary, [role="button"]')]
            .filter(e => shown(e) && !e.closest('.strip') && (!layer || layer.contains(e)));
          if (targets.length === 0) faults.push('nothing to touch');
          const boxes = targets.map(e => [e, e.getBoundingClientRect()]);
          for (const [e, box] of boxes) {
            if (box.width < 71.5 || box.height < 71.5) faults.push(`too small, ${box.width.toFixed(0)}x${box.height.toFixed(0)}: ${say(e)}`);
            if (box.left < -.5 || box.top < -.5 || box.right > 1280.5 || box.bottom > 720.5) faults.push(`off the screen: ${say(e)}`);
            const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
            if (top !== null && !e.contains(top)) faults.push(`${say(e)} lies under ${say(top)}`);
          }
          boxes.forEach(([a, p], at) => {
            for (const [b, q] of boxes.slice(at + 1)) {
              if (a.contains(b) || b.contains(a)) { faults.push(`${say(b)} within ${say(a)}`); continue; }
              const gap = Math.hypot(Math.max(0, q.left - p.right, p.left - q.right), Math.max(0, q.top - p.bottom, p.top - q.bottom));
              if (gap < 11.5) faults.push(`${gap.toFixed(1)} px between ${say(a)} and ${say(b)}`);
            }
          });
          return faults.slice(0, 20);
        }
        """;

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task Every_page_fits_the_screen_and_the_glove(string theme)
    {
        await using var screen = await chromium.TouchscreenAsync(day.PiHost, theme);
        await screen.OnCourseAsync(day);
        await Expect(screen["html"]).ToHaveAttributeAsync("data-theme", theme);
        var faults = new List<string>();
        async Task MeasureAsync(string what) => faults.AddRange((await screen.Page.EvaluateAsync<string[]>(Measure)).Select(f => $"{what}: {f}"));
        async Task GoAsync(string path)
        {
            await screen.GoAsync(path);
            await screen.DrawnAsync();
            await MeasureAsync(path);
        }

        await MeasureAsync("/report");
        await screen[".bibs [data-bib=\"15\"]"].Last.TapAsync();
        await Expect(screen[".said h1"]).ToContainTextAsync("Bib 15 saved");
        await MeasureAsync("/report with a tap");
        await screen.Key("Write").TapAsync();
        await MeasureAsync("/report, writing");

        await GoAsync("/today");
        await screen[".row"].First.TapAsync();
        await Expect(screen["#one h2"]).ToBeVisibleAsync();
        await MeasureAsync("/today with an incident");
        await screen.Key("Find bib").TapAsync();
        await MeasureAsync("/today, finding a bib");

        await GoAsync("/send");
        await GoAsync("/download");
        await screen.Key("Another competition").TapAsync();
        await Expect(screen[".pick .key"].First).ToBeVisibleAsync();
        await MeasureAsync("/download, choosing");

        await GoAsync("/place");
        await screen.Key("Who reports?").Last.TapAsync();
        await MeasureAsync("/place, naming a person");

        await GoAsync("/pair");
        await screen.Key("Pair with another cloud").TapAsync();
        await MeasureAsync("/pair, the code");
        await screen[".field"].First.TapAsync();
        await MeasureAsync("/pair, the address");

        Assert.Equal("", string.Join('\n', faults));
        screen.AssertQuiet();
    }
}
