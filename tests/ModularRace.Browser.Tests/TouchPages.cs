namespace ModularRace.Browser.Tests;

/// <summary>Ways to a page of the touchscreen.</summary>
internal static class TouchPages
{
    // A layer hides what is below it. The strip is read, never touched; a toast
    // lies over the rest for a few seconds.
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
            .filter(e => shown(e) && !e.closest('.strip, .toast') && (!layer || layer.contains(e)));
          if (targets.length === 0) faults.push('nothing to touch');
          const boxes = targets.map(e => [e, e.getBoundingClientRect()]);
          for (const [e, box] of boxes) {
            if (box.width < 71.5 || box.height < 71.5) faults.push(`too small, ${box.width.toFixed(0)}x${box.height.toFixed(0)}: ${say(e)}`);
            if (box.left < -.5 || box.top < -.5 || box.right > 1280.5 || box.bottom > 720.5) faults.push(`off the screen: ${say(e)}`);
            const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
            if (top !== null && !e.contains(top) && !top.closest('.toast')) faults.push(`${say(e)} lies under ${say(top)}`);
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

    /// <summary>The report page, with the day's race and its first location chosen.</summary>
    public static Task OnCourseAsync(this Screen screen, CloudAndPi day) => screen.OnCourseAsync(day.Race, day.Locations[0], day.PiHost);

    public static async Task OnCourseAsync(this Screen screen, string race, string location, RunningHost pi)
    {
        await screen.Page.Context.AddCookiesAsync([new Cookie { Name = "mr_place", Value = $"{race}.{location}", Url = pi.Address.ToString() }]);
        await screen.GoAsync("/report");
        await screen.DrawnAsync();
    }

    /// <summary>The page's program has run, and the host has answered it.</summary>
    public static async Task DrawnAsync(this Screen screen)
    {
        await Expect(screen["html"]).ToHaveAttributeAsync("data-host", "here");
        await Expect(screen["main .key, .one-column, .nothing"].First).ToBeVisibleAsync();
    }

    /// <summary>What is wrong with the page for a glove, as it stands: scrolling, keys below 72 px, less than 12 px between two.</summary>
    public static Task<string[]> MeasureAsync(this Screen screen) => screen.Page.EvaluateAsync<string[]>(Measure);

    /// <summary>Fails where <see cref="MeasureAsync"/> finds something.</summary>
    public static async Task AssertFitsAsync(this Screen screen)
    {
        var faults = await screen.MeasureAsync();
        Assert.True(faults.Length == 0, $"{screen.Page.Url}\n{string.Join('\n', faults)}");
    }
}
