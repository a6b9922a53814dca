namespace ModularRace.Browser.Tests;

/// <summary>The desk without a mouse: everything is reached by Tab, done by Enter, and what has the focus shows it.</summary>
public sealed class KeyboardTests(Chromium chromium, CloudAndPi day)
{
    /// <summary>Empty where the element that has the focus shows it; else what it is.</summary>
    private const string Unmarked = """
        () => {
          const e = document.activeElement;
          if (e === document.body) return '';
          if (e.matches('input:focus-within:not(:focus)')) return ''; // the calendar's own button, which the browser draws
          const marked = x => { const s = getComputedStyle(x); return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none'; };
          // A radio that is drawn by its label is marked there.
          if (e.matches(':focus-visible') && (marked(e) || (e.nextElementSibling && marked(e.nextElementSibling)))) return '';
          return e.outerHTML.slice(0, 120);
        }
        """;

    [Fact]
    public async Task From_sign_in_to_an_official_incident_without_a_mouse()
    {
        await using var desk = await chromium.DeskAsync(day.CloudHost);
        var keys = desk.Page.Keyboard;
        await desk.GoAsync("/sign-in");
        await Expect(desk["[name=Email]"]).ToBeFocusedAsync();
        await keys.TypeAsync(RunningHost.AdminEmail);
        await TabToAsync(desk, desk["[name=Password]"]);
        await keys.TypeAsync(RunningHost.AdminPassword);
        await keys.PressAsync("Enter");
        await Expect(desk["h1"]).ToHaveTextAsync("Competitions");

        await keys.PressAsync("Tab");
        await Expect(desk["a.skip"]).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await TabToAsync(desk, desk["a.btn.go"]);
        await keys.PressAsync("Enter");
        await Expect(desk["h1"]).ToHaveTextAsync("New competition");
        await FillAsync(desk, "#Form_Name", "By keys alone");
        await FillAsync(desk, "#Form_Country", "SUI");
        await FillAsync(desk, "#Form_StartDate", "07022026");
        await FillAsync(desk, "#Form_TimeZone", "Europe/Zurich");
        await keys.PressAsync("Enter");
        await Expect(desk["h1"]).ToHaveTextAsync("By keys alone");

        await FillAsync(desk, "#Race_Name", "Vertical");
        await TabToAsync(desk, desk["#Race_Discipline"]);
        await keys.PressAsync("v");
        await TabToAsync(desk, desk["#add-race .btn.go"]);
        await keys.PressAsync("Enter");
        await Expect(desk["h1"]).ToHaveTextAsync("Vertical");

        await TabToAsync(desk, desk[".headline a.btn.go"]);
        await keys.PressAsync("Enter");
        await Expect(desk[".rows"]).ToContainTextAsync("Nothing reported yet");
        await keys.PressAsync("a");
        await Expect(desk["dialog[open]"]).ToBeVisibleAsync();
        await FillAsync(desk, "#new-bib", "44");
        await keys.PressAsync("Control+Enter");
        await Expect(desk[".rep li"]).ToHaveCountAsync(1);
        await TabToAsync(desk, desk["[data-key=o]"]);
        await keys.PressAsync("Enter");
        await Expect(desk[".steps"]).ToContainTextAsync("Official");
        await keys.PressAsync("n");
        await Expect(desk["[data-label]"]).ToHaveTextAsync("No action for bib 44");
        await TabToAsync(desk, desk["form[data-says] .btn.go"]);
        await keys.PressAsync("Enter");
        await Expect(desk[".dec.done h2"]).ToContainTextAsync("No action");
        desk.AssertQuiet();
    }

    private static async Task FillAsync(Screen desk, string field, string text)
    {
        await TabToAsync(desk, desk[field]);
        if (await desk[field].GetAttributeAsync("type") != "date") await desk.PressAsync("Control+a");
        await desk.Page.Keyboard.TypeAsync(text);
    }

    /// <summary>Tab after Tab until it has the focus; on the way each stop must show that it has it.</summary>
    private static async Task TabToAsync(Screen desk, ILocator target)
    {
        await Expect(target).ToBeVisibleAsync();
        for (var press = 0; press < 80; press++)
        {
            if (await target.EvaluateAsync<bool>("e => e === document.activeElement"))
                return;
            await desk.PressAsync("Tab");
            Assert.Equal("", await desk.Page.EvaluateAsync<string>(Unmarked));
        }

        Assert.Fail($"{target} is not reached by Tab");
    }
}
