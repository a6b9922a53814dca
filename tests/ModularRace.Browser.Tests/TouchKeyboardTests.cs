namespace ModularRace.Browser.Tests;

/// <summary>The touchscreen's own keyboard, touched key by key: the letters of the language, where the caret is, and nothing of the system's.</summary>
public sealed class TouchKeyboardTests(Chromium chromium, CloudAndPi day)
{
    [Theory]
    [InlineData("en", "qwertyuiop", "'", "éçß")]
    [InlineData("fr", "azertyuiopé", "çèà'", "êœñ")]
    [InlineData("de", "qwertzuiopü", "ßäö'", "éåš")]
    [InlineData("it", "qwertyuiopè", "òàù'", "éìñ")]
    [InlineData("es", "qwertyuiop", "ñ", "áéíóúü¿¡'")]
    public async Task Each_language_has_its_letters_and_its_accents(string language, string row, string near, string far)
    {
        await using var screen = await OpenAsync(language);
        await Expect(screen[Text]).ToHaveAttributeAsync("inputmode", "none");
        Assert.Equal(row.ToUpperInvariant(), string.Concat(await screen[".board .hg-row:nth-child(2) .key"].AllInnerTextsAsync()));
        // A name begins with a capital, and the keys show what comes next.
        await PressAsync(screen, row[..1].ToUpperInvariant());
        foreach (var letter in row[1..] + near) await PressAsync(screen, letter.ToString());
        await PressAsync(screen, "{far}");
        foreach (var letter in far) await PressAsync(screen, letter.ToString());
        await PressAsync(screen, "{shift}");
        await PressAsync(screen, far[0].ToString().ToUpperInvariant());
        await PressAsync(screen, "{far}");
        await PressAsync(screen, row[^1].ToString());
        await Expect(screen[Text]).ToHaveValueAsync($"{row[..1].ToUpperInvariant()}{row[1..]}{near}{far}{char.ToUpperInvariant(far[0])}{row[^1]}");
        screen.AssertQuiet();
    }

    /// <summary>A network's password may have any of these, and its last key must be found with a cold hand.</summary>
    [Theory]
    [InlineData("en")]
    [InlineData("fr")]
    [InlineData("de")]
    [InlineData("it")]
    [InlineData("es")]
    public async Task All_that_a_password_and_an_address_may_hold_can_be_typed(string language)
    {
        await using var screen = await chromium.TouchscreenAsync(day.PiHost, "light", language);
        await screen.OnCourseAsync(day);
        await AskAsync(screen, "{ layout: 'password', secret: true }");
        await TypeAllAsync(screen, [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c)]);
        await PressAsync(screen, "{eye}");
        await Expect(screen[Text]).ToHaveAttributeAsync("type", "password");
        await screen[".type .acts .key"].Last.TapAsync();

        await screen.GoAsync("/pair");
        await screen.Key(new TouchWords(language)["pair.another"]).TapAsync();
        await screen[".field textarea"].TapAsync();
        await screen[".field textarea"].FillAsync("");
        await TypeAllAsync(screen, [.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c)]);
        screen.AssertQuiet();
    }

    [Fact]
    public async Task What_is_typed_goes_where_the_caret_is()
    {
        await using var screen = await OpenAsync("en");
        foreach (var button in new[] { "A", "n", "a", "{space}", "{arrowleft}", "{arrowleft}", "{bksp}", "m", "{arrowright}", "{arrowright}", "b" }) await PressAsync(screen, button);
        await Expect(screen[Text]).ToHaveValueAsync("Ama b");
        // So does what a real keyboard types, and what is selected gives way.
        await screen.Page.Keyboard.TypeAsync("c");
        await Expect(screen[Text]).ToHaveValueAsync("Ama bc");
        await screen[Text].EvaluateAsync("e => e.setSelectionRange(1, 4)");
        await PressAsync(screen, "t");
        await Expect(screen[Text]).ToHaveValueAsync("Atbc");
        screen.AssertQuiet();
    }

    /// <summary>A slip in the middle of the address is mended there; the code stays in its two groups.</summary>
    [Fact]
    public async Task An_address_and_a_code_are_mended_in_the_middle()
    {
        await using var screen = await chromium.TouchscreenAsync(day.PiHost);
        await screen.OnCourseAsync(day);
        await screen.GoAsync("/pair");
        await screen.Key("Pair with another cloud").TapAsync();
        await screen[".spell"].TapAsync();
        foreach (var button in "ABC234") await PressAsync(screen, button.ToString());
        await Expect(screen[".spell"]).ToHaveValueAsync("ABC2 34");
        foreach (var button in new[] { "{arrowleft}", "{arrowleft}", "{arrowleft}", "{arrowleft}", "{arrowleft}", "{arrowleft}", "{arrowright}", "{bksp}", "X", "Y" }) await PressAsync(screen, button);
        await Expect(screen[".spell"]).ToHaveValueAsync("AXYC 234");
        Assert.Equal(3, await screen[".spell"].EvaluateAsync<int>("e => e.selectionStart"));
        await screen[".field textarea"].TapAsync();
        await screen[".field textarea"].FillAsync("https://race.examplee.org");
        foreach (var button in new[] { "{arrowleft}", "{arrowleft}", "{arrowleft}", "{arrowleft}", "{bksp}" }) await PressAsync(screen, button);
        await Expect(screen[".field textarea"]).ToHaveValueAsync("https://race.example.org");
        screen.AssertQuiet();
    }

    /// <summary>A glove rests long on a key: a letter comes once, while deleting goes on until the finger is lifted.</summary>
    [Fact]
    public async Task A_key_that_is_held_deletes_on_and_a_letter_comes_once()
    {
        await using var screen = await chromium.TouchscreenAsync(day.PiHost);
        await screen.Page.Clock.InstallAsync();
        await screen.OnCourseAsync(day);
        await AskAsync(screen, "{}");
        await screen.Page.Keyboard.TypeAsync("gate. ");
        // The keys are drawn anew under the finger as the capital is used up: the letter stays pressed and comes once.
        await PressAsync(screen, "{shift}");
        await PressAsync(screen, "{shift}");
        await HoldAsync(screen, "X");
        await screen.Page.Clock.RunForAsync(3000);
        await Expect(screen[Text]).ToHaveValueAsync("gate. X");
        await Expect(screen[".board .hg-activeButton"]).ToHaveTextAsync("x");
        await screen.Page.Mouse.UpAsync();
        await Expect(screen[".board .hg-activeButton"]).ToHaveCountAsync(0);
        await HoldAsync(screen, "y");
        await screen.Page.Clock.RunForAsync(3000);
        await Expect(screen[Text]).ToHaveValueAsync("gate. Xy");
        await screen.Page.Mouse.UpAsync();
        // Deleting to the start turns the keys to capitals under the finger, and ends with it all the same.
        await HoldAsync(screen, "{bksp}");
        await screen.Page.Clock.RunForAsync(3000);
        await Expect(screen[Text]).ToHaveValueAsync("");
        await screen.Page.Mouse.UpAsync();
        await screen.Page.Keyboard.TypeAsync("obstruction");
        await screen.Page.Clock.RunForAsync(3000);
        await Expect(screen[Text]).ToHaveValueAsync("obstruction");
        screen.AssertQuiet();
    }

    /// <summary>The end of a long text stays in sight above the keys while it grows.</summary>
    [Fact]
    public async Task The_end_of_a_long_text_is_in_sight()
    {
        await using var screen = await chromium.TouchscreenAsync(day.PiHost);
        await screen.OnCourseAsync(day);
        await AskAsync(screen, "{}");
        var box = screen[Text];
        await box.FillAsync(string.Join(' ', Enumerable.Repeat("obstruction after the third gate", 12)));
        await box.EvaluateAsync("e => { e.scrollTop = 0; e.setSelectionRange(e.value.length, e.value.length); }");
        await PressAsync(screen, "{space}");
        Assert.InRange(await box.EvaluateAsync<double>("e => e.scrollHeight - e.clientHeight - e.scrollTop"), -1, 25);
        screen.AssertQuiet();
    }

    /// <summary>A referee's own phone has a keyboard that its owner knows.</summary>
    [Fact]
    public async Task A_phone_types_with_its_own_keyboard()
    {
        await using var phone = await chromium.PhoneAsync(day.PiHost);
        await phone.Page.Context.AddCookiesAsync([new Cookie { Name = "mr_place", Value = $"{day.Race}.{day.Locations[0]}", Url = day.PiHost.Address.ToString() }]);
        await phone.GoAsync(new Uri(day.PiHost.Address, "/report").ToString());
        await phone.DrawnAsync();
        await AskAsync(phone, "{}");
        await Expect(phone[Text]).ToBeFocusedAsync();
        Assert.Null(await phone[Text].GetAttributeAsync("inputmode"));
        await Expect(phone[".board"]).ToHaveCountAsync(0);
        phone.AssertQuiet();
    }

    private const string Text = ".type .text";

    private async Task<Screen> OpenAsync(string language)
    {
        var screen = await chromium.TouchscreenAsync(day.PiHost, "light", language);
        await screen.OnCourseAsync(day);
        await AskAsync(screen, "{}");
        return screen;
    }

    /// <summary>Asks for a text as the pages do, which leaves nothing behind.</summary>
    private static async Task AskAsync(Screen screen, string options)
    {
        await screen.Page.EvaluateAsync($"async () => {{ const {{ ask }} = await import('/js/touch/keyboard.js'); ask({options}); }}");
        await Expect(screen[Text]).ToBeVisibleAsync();
    }

    /// <summary>Each of them by a touch, on whichever page of keys it is.</summary>
    private static async Task TypeAllAsync(Screen screen, char[] characters)
    {
        var left = characters.Select(c => c == ' ' ? "{space}" : c.ToString()).ToList();
        foreach (var turn in new[] { "", "{far}", "{far}" })
        {
            if (turn.Length > 0) await PressAsync(screen, turn);
            foreach (var button in left.ToArray())
            {
                // A capital is for one letter; the digits and signs are on every page.
                if (button.Length == 1 && char.IsUpper(button[0]) && turn.Length == 0) await PressAsync(screen, "{shift}");
                if (await screen[Key(button)].CountAsync() != 1) continue;
                await PressAsync(screen, button);
                left.Remove(button);
            }
        }

        Assert.True(left.Count == 0, $"no key for {string.Join(' ', left)}");
        var typed = await screen[".text:focus"].InputValueAsync();
        Assert.Equal(characters.Order(), typed.Order());
    }

    private static string Key(string button) => $".board [data-skbtn=\"{button.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"]";

    private static Task PressAsync(Screen screen, string button) => screen[Key(button)].TapAsync();

    private static async Task HoldAsync(Screen screen, string button)
    {
        await screen[Key(button)].HoverAsync();
        await screen.Page.Mouse.DownAsync();
    }
}
