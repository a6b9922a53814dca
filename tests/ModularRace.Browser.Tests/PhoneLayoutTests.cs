namespace ModularRace.Browser.Tests;

/// <summary>The pages of the touchscreen on a referee's own phone and tablet: nothing is wider than the screen, keys are as large as on the Pi, and all can be reached by scrolling.</summary>
public sealed class PhoneLayoutTests(Chromium chromium, CloudAndPi day)
{
    // What floats over the page (the ways to the other pages, what was said of the last touch) lies over what scrolls beneath it.
    private const string Measure = """
        async () => {
          await Promise.allSettled(document.getAnimations().filter(a => a.effect.getComputedTiming().iterations !== Infinity).map(a => a.finished));
          const faults = [];
          const say = e => `${e.tagName.toLowerCase()}.${e.className?.baseVal ?? e.className} "${(e.getAttribute('aria-label') ?? e.textContent).trim().slice(0, 30)}"`;
          const shown = e => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 0;
          const wide = document.documentElement.clientWidth;
          if (wide !== innerWidth) faults.push(`zoomed out: ${innerWidth} of ${wide}`);
          if (document.documentElement.scrollWidth > wide) faults.push(`wider than the screen: ${document.documentElement.scrollWidth} of ${wide}`);
          const layer = document.querySelector('.layer');
          const targets = [...document.querySelectorAll('button, a[href], input, select, textarea, [role="button"]')]
            .filter(e => shown(e) && !e.closest('.strip, .toast') && (!layer || layer.contains(e)));
          if (targets.length === 0) faults.push('nothing to touch');
          const boxes = targets.map(e => [e, e.getBoundingClientRect()]);
          for (const [e, box] of boxes) {
            if (box.width < 71.5 || box.height < 71.5) faults.push(`too small, ${box.width.toFixed(0)}x${box.height.toFixed(0)}: ${say(e)}`);
            if (!e.closest('.what') && (box.left < -.5 || box.right > wide + .5)) faults.push(`off the screen, ${box.left.toFixed(0)} to ${box.right.toFixed(0)}: ${say(e)}`);
          }
          const part = e => e.closest('.nav, .after') ?? document.body;
          boxes.forEach(([a, p], at) => {
            for (const [b, q] of boxes.slice(at + 1)) {
              if (part(a) !== part(b) || a.contains(b) || b.contains(a)) continue;
              const gap = Math.hypot(Math.max(0, q.left - p.right, p.left - q.right), Math.max(0, q.top - p.bottom, p.top - q.bottom));
              if (gap < 11.5) faults.push(`${gap.toFixed(1)} px between ${say(a)} and ${say(b)}`);
            }
          });
          // The last key can be brought above what floats at the foot.
          if (!layer) {
            scrollTo(0, document.documentElement.scrollHeight);
            const foot = document.querySelector('.nav').getBoundingClientRect().top;
            const last = Math.max(...targets.filter(e => !e.closest('.nav, .after')).map(e => e.getBoundingClientRect().bottom));
            if (last > foot + .5) faults.push(`${(last - foot).toFixed(0)} px below the foot`);
            scrollTo(0, 0);
          }
          return faults.slice(0, 20);
        }
        """;

    [Theory]
    [InlineData(390, 844, "light")]
    [InlineData(390, 844, "dark")]
    [InlineData(820, 1180, "light")]
    public async Task Every_page_fits_a_hand(int width, int height, string theme)
    {
        await using var screen = await chromium.PhoneAsync(day.PiHost, width, height);
        var faults = new List<string>();
        async Task MeasureAsync(string what) => faults.AddRange((await screen.Page.EvaluateAsync<string[]>(Measure)).Select(f => $"{what}: {f}"));
        async Task GoAsync(string path)
        {
            await screen.GoAsync(new Uri(day.PiHost.Address, path).ToString());
            await screen.DrawnAsync();
            await MeasureAsync(path);
        }

        await screen.Page.Context.AddCookiesAsync(
        [
            new Cookie { Name = "mr_place", Value = $"{day.Race}.{day.Locations[0]}", Url = day.PiHost.Address.ToString() },
            new Cookie { Name = "mr_theme", Value = theme, Url = day.PiHost.Address.ToString() },
        ]);
        await GoAsync("/report");
        await screen[".bibs [data-bib=\"15\"]"].Last.TapAsync();
        await Expect(screen[".said h1"]).ToContainTextAsync("Bib 15 saved");
        await MeasureAsync("/report with a tap");
        await screen.Key("Write").TapAsync();
        await MeasureAsync("/report, writing");

        await GoAsync("/today");
        await screen[".row"].First.TapAsync();
        await Expect(screen["#one h2"]).ToBeVisibleAsync();
        await MeasureAsync("/today with an incident");
        await GoAsync("/send");
        await GoAsync("/place");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        screen.AssertQuiet();
    }
}
