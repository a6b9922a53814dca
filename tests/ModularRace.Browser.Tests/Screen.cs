using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace ModularRace.Browser.Tests;

/// <summary>
/// One page in a browser of its own, watched: what it writes to the console as an error, what it throws, whom it asks beside
/// its own host, and dialogs that nobody expects. A test ends with <see cref="AssertQuiet"/>; one that does not come so far
/// leaves a picture in <c>artifacts/browser</c>.
/// </summary>
internal sealed partial class Screen : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> faults = new();
    private readonly List<Regex> expected = [];
    private readonly RunningHost host;
    private bool ended;

    private Screen(IPage page, RunningHost host)
    {
        Page = page;
        this.host = host;
    }

    public IPage Page { get; }

    /// <summary>Whether a question of the page ("Revoke …?") is answered with yes; else each dialog is a fault.</summary>
    public bool AcceptsDialogs { get; set; }

    public static async Task<Screen> OpenAsync(IBrowserContext context, RunningHost host)
    {
        context.SetDefaultTimeout(30_000);
        // A policy that had to step in is a fault even where the console would not tell of it.
        await context.AddInitScriptAsync("document.addEventListener('securitypolicyviolation', e => console.error('CSP: ' + e.violatedDirective + ' ' + e.blockedURI));");
        var screen = new Screen(await context.NewPageAsync(), host);
        screen.Watch();
        return screen;
    }

    public ILocator this[string selector] => Page.Locator(selector);

    /// <summary>The key of the touchscreen that says so, and nothing else.</summary>
    public ILocator Key(string words) => Page.Locator(".key", new PageLocatorOptions { HasTextRegex = new Regex($"^\\s*{Regex.Escape(words)}\\s*$", RegexOptions.None, TimeSpan.FromSeconds(1)) });

    public async Task GoAsync(string path)
    {
        var answer = await Page.GotoAsync(path, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        Assert.True(answer is { Ok: true }, $"{path} answered {answer?.Status}\n{host.Output}");
    }

    /// <summary>A key of a keyboard, once the page's scripts hear it: its words are there a moment earlier.</summary>
    public async Task PressAsync(string key)
    {
        await Page.WaitForLoadStateAsync(LoadState.Load);
        await Page.Keyboard.PressAsync(key);
    }

    public async Task SignInAsync(string email = RunningHost.AdminEmail, string password = RunningHost.AdminPassword)
    {
        await GoAsync("/sign-in");
        await this["[name=Email]"].FillAsync(email);
        await this["[name=Password]"].FillAsync(password);
        await this["button[type=submit]"].ClickAsync();
        await Page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
    }

    /// <summary>Errors of the console that belong to what the test does, such as an answer 503 while the link is down.</summary>
    public void Expect(string pattern) => expected.Add(new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1)));

    /// <summary>No error in the console, nothing thrown, nobody asked but this host, no dialog.</summary>
    public void AssertQuiet()
    {
        ended = true;
        var unexpected = faults.Where(f => !expected.Exists(e => e.IsMatch(f))).ToList();
        Assert.True(unexpected.Count == 0, string.Join('\n', unexpected));
    }

    public async ValueTask DisposeAsync()
    {
        if (!ended)
        {
            var folder = Checkout.PathOf("artifacts", "browser");
            Directory.CreateDirectory(folder);
            var name = Unfit().Replace(TestContext.Current.Test?.TestDisplayName ?? "page", "_");
            try
            {
                await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png"), Timeout = 5000 });
                await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.txt"), $"{Page.Url}\n{string.Join('\n', faults)}\n{host.Output}");
            }
            catch (Exception e) when (e is PlaywrightException or TimeoutException)
            {
                // the test tells what was wrong; the picture is a help only
            }
        }

        await Page.Context.DisposeAsync();
    }

    private void Watch()
    {
        Page.Console += (_, message) =>
        {
            if (message.Type == "error") faults.Enqueue($"console: {message.Text} ({message.Location})");
        };
        Page.PageError += (_, error) => faults.Enqueue($"thrown: {error}");
        Page.Dialog += async (_, dialog) =>
        {
            if (!AcceptsDialogs) faults.Enqueue($"dialog: {dialog.Message}");
            await (AcceptsDialogs ? dialog.AcceptAsync() : dialog.DismissAsync());
        };
        Page.Context.Request += (_, request) =>
        {
            var asked = new Uri(request.Url);
            if (asked.Scheme is "http" or "https" or "ws" or "wss" && !string.Equals(asked.Authority, host.Address.Authority, StringComparison.Ordinal))
                faults.Enqueue($"asked another host: {request.Url}");
        };
    }

    [GeneratedRegex("[^A-Za-z0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex Unfit();
}
