namespace ModularRace.Browser.Tests;

/// <summary>The Pi's page that lets a phone in, and the phone that comes in by it.</summary>
public sealed class PhoneDoorTests(Chromium chromium)
{
    [Fact]
    public async Task A_phone_scans_the_code_gives_its_name_and_is_in_until_it_is_removed()
    {
        await using var pi = new RunningHost("offline_device");
        pi.OpenPhoneDoor();
        await pi.StartAsync();
        await using var screen = await chromium.TouchscreenAsync(pi);
        await screen.GoAsync("/send");
        await screen.DrawnAsync();
        await screen.Key("Phones").TapAsync();
        await Expect(screen[".scan svg.qr"]).ToBeVisibleAsync();
        await Expect(screen[".inside h2"]).ToHaveTextAsync("No phone is in");
        await screen.AssertFitsAsync();
        var shown = await screen[".scan svg.qr path"].GetAttributeAsync("d");

        // What the QR code says is in the answer that it was drawn from; a camera is not at hand here.
        var answer = await screen.Page.RunAndWaitForResponseAsync(() => screen.Key("New code").TapAsync(), response => response.Url.EndsWith("/invitation", StringComparison.Ordinal));
        var url = (await answer.JsonAsync())!.Value.GetProperty("url").GetString()!;
        await Expect(screen[".scan svg.qr path"]).Not.ToHaveAttributeAsync("d", shown!);

        await using var phone = await chromium.PhoneAsync(pi);
        await phone.GoAsync(url);
        await phone["[name=Name]"].FillAsync("Rita Ciresa");
        await phone["button[type=submit]"].TapAsync();
        await Expect(phone["html"]).ToHaveAttributeAsync("data-page", "place");
        await Expect(screen[".inside .item strong"]).ToHaveTextAsync("Rita Ciresa");
        await screen.AssertFitsAsync();

        await screen.Key("Remove").TapAsync();
        await Expect(screen[".inside h2"]).ToHaveTextAsync("No phone is in");
        await phone.Page.ReloadAsync();
        await Expect(phone["h1"]).ToHaveTextAsync("Report with this phone");
        Assert.Equal(0, await phone["[name=Name]"].CountAsync());

        // More than the page has room for: each can be reached.
        await pi.Database.ExecuteAsync("INSERT INTO identity.phones (client_uuid, name, joined_at) SELECT gen_random_uuid(), 'Phone ' || n, now() FROM generate_series(1, 6) n");
        await Expect(screen[".inside .item strong"]).ToHaveTextAsync(["Phone 6", "Phone 5", "Phone 4", "Phone 3"]);
        await screen.AssertFitsAsync();
        await screen.Key("Next").TapAsync();
        await Expect(screen[".inside .item strong"]).ToHaveTextAsync(["Phone 2", "Phone 1"]);
        await screen.Key("Next").TapAsync();
        await Expect(screen[".inside .item strong"]).ToHaveCountAsync(4);
        screen.AssertQuiet();
    }
}
