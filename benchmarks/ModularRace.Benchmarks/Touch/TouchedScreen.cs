using Microsoft.Playwright;
using ModularRace.Benchmarks.Sync;

namespace ModularRace.Benchmarks.Touch;

/// <summary>The report page of the Pi's screen in Chromium, touched: how long from a touch until the screen says "saved".</summary>
internal sealed class TouchedScreen : IAsyncDisposable
{
    /// <summary>From the touch, as the browser stamps it, to the frame in which the words are there.</summary>
    private const string Watch =
        """
        () => {
          const tray = document.getElementById('after');
          let touched = null;
          globalThis.took = [];
          document.addEventListener('pointerdown', e => { if (e.target.closest('[data-bib]')) touched = { at: e.timeStamp, bib: e.target.closest('[data-bib]').dataset.bib }; }, true);
          new MutationObserver(() => {
            const title = tray.querySelector('.said h1')?.textContent ?? '';
            if (touched === null || !title.startsWith(`Bib ${touched.bib} saved`)) return;
            const { at, bib } = touched;
            touched = null;
            requestAnimationFrame(() => globalThis.took.push({ bib: Number(bib), ms: performance.now() - at }));
          }).observe(tray, { childList: true, subtree: true, characterData: true });
        }
        """;

    /// <summary>Bibs on the screen at once.</summary>
    private const int Range = 40;

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly IPage page;
    private int touched;

    private TouchedScreen(IPlaywright playwright, IBrowser browser, IPage page) => (this.playwright, this.browser, this.page) = (playwright, browser, page);

    public static async Task<TouchedScreen> OpenAsync(MountainDay day)
    {
        var driver = await Playwright.CreateAsync();
        var chromium = await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = ChromiumProgram.Find(), Args = ["--no-sandbox", "--disable-dev-shm-usage"] });
        var address = day.PiHost.Address.ToString();
        var context = await chromium.NewContextAsync(new BrowserNewContextOptions { BaseURL = address, ViewportSize = new ViewportSize { Width = 1280, Height = 720 }, HasTouch = true, Locale = "en-GB" });
        await context.AddCookiesAsync([new Cookie { Name = "mr_place", Value = $"{day.Race}.{day.Locations[0]}", Url = address }, new Cookie { Name = "mr_lang", Value = "en", Url = address }]);
        var report = await context.NewPageAsync();
        await report.GotoAsync("/report");
        await report.Locator(".bibs [data-bib]").First.WaitForAsync();
        await report.EvaluateAsync(Watch);
        return new TouchedScreen(driver, chromium, report);
    }

    /// <summary>Touches the bibs of the first range one after the other, each when the last was said to be saved.</summary>
    /// <returns>Milliseconds of each.</returns>
    public async Task<List<double>> TouchAsync(int touches)
    {
        var took = new List<double>();
        while (took.Count < touches)
        {
            var bib = (touched++ % Range) + 1;
            await page.Locator($".bibs [data-bib=\"{bib}\"]").Last.TapAsync();
            await page.WaitForFunctionAsync("count => globalThis.took.length >= count", took.Count + 1);
            took.Add(await page.EvaluateAsync<double>("() => globalThis.took.at(-1).ms"));
        }

        await page.EvaluateAsync("() => { globalThis.took.length = 0; }");
        return took;
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
