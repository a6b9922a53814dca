using ModularRace.Browser.Tests;

// One Chromium and one pair of hosts for all: what a page shows does not depend on which of them showed another before.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly)]
[assembly: AssemblyFixture(typeof(Chromium))]
[assembly: AssemblyFixture(typeof(CloudAndPi))]

namespace ModularRace.Browser.Tests;

/// <summary>The machine's Chromium, driven by Playwright.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? playwright;
    private IBrowser? browser;
    private string? deskState;

    public async ValueTask InitializeAsync()
    {
        // The machine may be busy with other tests: patience costs nothing where all is well.
        SetDefaultExpectTimeout(30_000);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = ChromiumProgram.FindForTests(),
            Args = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--no-first-run", "--disable-dev-shm-usage"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
    }

    /// <summary>The Pi's own screen: 7 inch, 1280x720, touched.</summary>
    internal async Task<Screen> TouchscreenAsync(RunningHost pi, string theme = "light", string language = "en", string zone = "Europe/Rome")
    {
        var context = await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = pi.Address.ToString(),
            ViewportSize = new ViewportSize { Width = 1280, Height = 720 },
            HasTouch = true,
            Locale = "en-GB",
            TimezoneId = zone,
        });
        await context.AddCookiesAsync([new Cookie { Name = "mr_theme", Value = theme, Url = pi.Address.ToString() }, new Cookie { Name = "mr_lang", Value = language, Url = pi.Address.ToString() }]);
        return await Screen.OpenAsync(context, pi);
    }

    /// <summary>A referee's own phone, 390x844, which takes the certificate that it is shown.</summary>
    internal async Task<Screen> PhoneAsync(RunningHost pi, int width = 390, int height = 844) => await Screen.OpenAsync(
        await browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            HasTouch = true,
            IsMobile = true,
            IgnoreHTTPSErrors = true,
            Locale = "en-GB",
            TimezoneId = "Europe/Rome",
        }), pi);

    /// <summary>A desk at 1440x900, with nobody signed in.</summary>
    internal async Task<Screen> DeskAsync(RunningHost cloud) => await Screen.OpenAsync(await DeskContextAsync(cloud, null), cloud);

    /// <summary>A desk at which the first admin of the shared cloud has signed in.</summary>
    internal async Task<Screen> AdminsDeskAsync(CloudAndPi day, string language = "en", int width = 1440)
    {
        if (deskState is null)
        {
            await using var first = await DeskAsync(day.CloudHost);
            await first.SignInAsync();
            deskState = await first.Page.Context.StorageStateAsync();
            first.AssertQuiet();
        }

        var context = await DeskContextAsync(day.CloudHost, deskState, width);
        await context.AddCookiesAsync([new Cookie { Name = "mr_lang", Value = language, Url = day.CloudHost.Address.ToString() }]);
        return await Screen.OpenAsync(context, day.CloudHost);
    }

    private async Task<IBrowserContext> DeskContextAsync(RunningHost cloud, string? state, int width = 1440) => await browser!.NewContextAsync(new BrowserNewContextOptions
    {
        BaseURL = cloud.Address.ToString(),
        ViewportSize = new ViewportSize { Width = width, Height = 900 },
        Locale = "en-GB",
        TimezoneId = "Europe/Rome",
        StorageState = state,
    });
}
