using System.Globalization;
using Microsoft.Playwright;

namespace ModularRace.Benchmarks.Desk;

/// <summary>A race's incidents at a desk in Chromium, which notes when each new line is there to be read.</summary>
internal sealed class DeskScreen : IAsyncDisposable
{
    /// <summary>The frame in which a line is drawn, on the clock of this machine, which Chromium shares with us.</summary>
    private const string Watch =
        """
        () => {
          globalThis.shown = new Map();
          const look = () => {
            const fresh = [...document.querySelectorAll('[data-row]')].map(row => row.dataset.row).filter(row => !shown.has(row));
            for (const row of fresh) shown.set(row, null);
            if (fresh.length > 0) requestAnimationFrame(() => { for (const row of fresh) shown.set(row, performance.timeOrigin + performance.now()); });
          };
          look();
          new MutationObserver(look).observe(document.querySelector('main'), { childList: true, subtree: true });
        }
        """;

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly IPage page;

    private DeskScreen(IPlaywright playwright, IBrowser browser, IPage page) => (this.playwright, this.browser, this.page) = (playwright, browser, page);

    public static async Task<DeskScreen> OpenAsync(RunningHost replica, string race)
    {
        var driver = await Playwright.CreateAsync();
        var chromium = await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = ChromiumProgram.Find(), Args = ["--no-sandbox", "--disable-dev-shm-usage"] });
        var context = await chromium.NewContextAsync(new BrowserNewContextOptions { BaseURL = replica.Address.ToString(), ViewportSize = new ViewportSize { Width = 1440, Height = 900 }, Locale = "en-GB" });
        var desk = await context.NewPageAsync();
        await desk.GotoAsync("/sign-in");
        await desk.Locator("[name=Email]").FillAsync(RunningHost.AdminEmail);
        await desk.Locator("[name=Password]").FillAsync(RunningHost.AdminPassword);
        await desk.Locator("button[type=submit]").ClickAsync();
        await desk.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));

        // Its own stream of events is open before anything is measured.
        await desk.RunAndWaitForResponseAsync(() => desk.GotoAsync($"/races/{race}/incidents"), answer => answer.Url.EndsWith("/events", StringComparison.Ordinal));
        await desk.EvaluateAsync(Watch);
        return new DeskScreen(driver, chromium, desk);
    }

    /// <summary>When the line of the incident was drawn; waits for it.</summary>
    public async Task<DateTimeOffset> ShownAsync(string incident)
    {
        await page.WaitForFunctionAsync("row => shown.get(row) != null", incident);
        var at = await page.EvaluateAsync<double>("row => shown.get(row)", incident);
        return DateTimeOffset.UnixEpoch.AddMilliseconds(at);
    }

    /// <summary>How many lines the screen has.</summary>
    public async Task<string> LinesAsync() => (await page.Locator("[data-row]").CountAsync()).ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
