namespace ModularRace.Browser.Tests;

/// <summary>A Pi whose NetworkManager is played.</summary>
public sealed class PiWithWifi : RunningHost
{
    public PiWithWifi()
        : base("offline_device") => Settings["PATH"] = Nmcli.SearchPath;

    public FakeNmcli Nmcli { get; } = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Nmcli.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Getting online: the venue's Wi-Fi, chosen and its password typed on the screen.</summary>
public sealed class WifiTests(Chromium chromium, PiWithWifi pi) : IClassFixture<PiWithWifi>
{
    [Fact]
    public async Task A_network_is_chosen_its_password_typed_and_a_wrong_one_told()
    {
        await using var screen = await chromium.TouchscreenAsync(pi);
        screen.Expect("status of 409"); // the wrong password
        await screen.GoAsync("/send");
        await screen["a[href='/wifi']"].TapAsync();
        await Expect(screen[".network"]).ToHaveCountAsync(5);
        await Expect(screen[".now h2"]).ToHaveTextAsync("In Race: Office");
        await Expect(screen[".network"].First).ToContainTextAsync("in use · strength 3 of 4");
        await ShotAsync(screen, "wifi");
        await screen[".network"].Nth(1).TapAsync();
        await ShotAsync(screen, "wifi-chosen");
        await screen.Key("Connect").TapAsync();
        await TypeAsync(screen, "wrong");
        await screen[".type .go"].TapAsync();
        await Expect(screen[".toast"]).ToContainTextAsync("at least 8 characters");
        await TypeAsync(screen, "one");
        await screen[".type .go"].TapAsync();
        await Expect(screen[".now h2"]).ToHaveTextAsync("The network did not take this password.");
        await screen.AssertFitsAsync();
        await ShotAsync(screen, "wifi-wrong");

        await screen.Key("Connect").TapAsync();
        await TypeAsync(screen, "piste");
        await screen[".board [data-skbtn=\"{far}\"]"].TapAsync(); // the signs
        await ShotAsync(screen, "wifi-signs");
        await screen.AssertFitsAsync();
        await PressAsync(screen, ":");
        await screen[".board [data-skbtn=\"{far}\"]"].TapAsync();
        await TypeAsync(screen, "nera");
        await screen[".board"].GetByText("space", new LocatorGetByTextOptions { Exact = true }).TapAsync();
        await screen[".board [data-skbtn=\"{far}\"]"].TapAsync();
        await PressAsync(screen, "\\");
        await screen[".board"].GetByText("space", new LocatorGetByTextOptions { Exact = true }).TapAsync();
        await PressAsync(screen, "7");
        foreach (var sign in "$(") await PressAsync(screen, sign.ToString());
        await screen[".board [data-skbtn=\"{far}\"]"].TapAsync();
        await TypeAsync(screen, "id");
        await screen[".board [data-skbtn=\"{far}\"]"].TapAsync();
        await PressAsync(screen, ")");
        await Expect(screen[".type .text"]).ToHaveValueAsync(FakeNmcli.RightPassword);
        await PressAsync(screen, "hide");
        await Expect(screen[".type .text"]).ToHaveAttributeAsync("type", "password");
        await PressAsync(screen, "show");
        await Expect(screen[".type .text"]).ToHaveAttributeAsync("type", "text");
        await screen[".type .go"].TapAsync();
        await Expect(screen[".now .problem"]).ToHaveCountAsync(0);
        await Expect(screen[".now h2"]).ToContainTextAsync("In ");
        Assert.Equal($"802-11-wireless-security.psk:{FakeNmcli.RightPassword}", pi.Nmcli.Given);

        await screen[".network"].First.TapAsync();
        await screen.Key("Forget").TapAsync();
        await Expect(screen[".now h2"]).ToContainTextAsync("In ");
        Assert.Contains(pi.Nmcli.Calls, c => c.EndsWith($"delete uuid {FakeNmcli.KnownUuid}", StringComparison.Ordinal));
        screen.AssertQuiet();
    }

    [Theory]
    [InlineData("light", "en")]
    [InlineData("dark", "en")]
    [InlineData("light", "fr")]
    [InlineData("dark", "de")]
    [InlineData("light", "it")]
    [InlineData("light", "es")]
    public async Task The_page_fits_the_glove_and_reads_well_in_each_state(string theme, string language)
    {
        await using var screen = await chromium.TouchscreenAsync(pi, theme, language);
        var words = new TouchWords(language);
        var faults = new List<string>();
        async Task LookAsync(string state)
        {
            faults.AddRange((await screen.MeasureAsync()).Concat(await AxeTests.FaultsAsync(screen, glare: true)).Select(f => $"{state}: {f}"));
            await ShotAsync(screen, $"wifi-{state}-{theme}-{language}");
        }

        await screen.GoAsync("/wifi");
        await Expect(screen[".network"]).ToHaveCountAsync(5);
        await LookAsync("list");
        await screen[".network"].First.TapAsync();
        await LookAsync("known");
        await screen[".network"].Nth(1).TapAsync();
        await screen.Key(words["wifi.connect"]).TapAsync();
        await Expect(screen[".type"]).ToBeVisibleAsync();
        await LookAsync("password");
        pi.Nmcli.Write("general", "connected:portal:enabled:enabled\n");
        await screen.GoAsync("/wifi");
        await Expect(screen[".now .problem"]).ToHaveTextAsync(words["wifi.portal"]);
        await LookAsync("portal");
        foreach (var (general, state) in new[] { ("disconnected:none:enabled:disabled", "switched_off"), ("disconnected:none:disabled:enabled", "blocked") })
        {
            pi.Nmcli.Write("general", general + "\n");
            await screen.GoAsync("/wifi");
            await Expect(screen[".none"]).ToHaveTextAsync(words[$"wifi.{state}"]);
            await LookAsync(state);
        }

        pi.Nmcli.Write("general", "connected:full:enabled:enabled\n");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static async Task TypeAsync(Screen screen, string text)
    {
        foreach (var letter in text) await PressAsync(screen, letter.ToString());
    }

    private static Task PressAsync(Screen screen, string sign) =>
        screen[".board"].GetByText(sign, new LocatorGetByTextOptions { Exact = true }).TapAsync();

    private static Task ShotAsync(Screen screen, string name) => Environment.GetEnvironmentVariable("SHOTS") is { Length: > 0 } folder
        ? screen.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png") }) : Task.CompletedTask;
}
