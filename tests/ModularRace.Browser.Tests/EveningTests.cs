using System.Net.Http.Headers;

namespace ModularRace.Browser.Tests;

/// <summary>The end of a day on which no link returned, at the Pi's own screen: by stick, and cleared by proof alone (R13).</summary>
public sealed class EveningTests(Chromium chromium)
{
    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task What_was_reported_leaves_by_stick_and_the_receipt_opens_the_clearing(string theme)
    {
        var stick = Directory.CreateTempSubdirectory("modularrace-stick-").FullName;
        await using var day = new CloudAndPi();
        day.PiHost.Settings["Stick__Path"] = stick;
        await day.InitializeAsync();
        day.Link.GoDown();
        await day.Pi.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[0], bib_number = 12 }, System.Net.HttpStatusCode.Created);

        await using var screen = await chromium.TouchscreenAsync(day.PiHost, theme);
        screen.Expect("503|409");
        await screen.GoAsync("/send");
        await screen.DrawnAsync();
        await screen.AssertFitsAsync();
        await screen.Key("End of day").TapAsync();
        await Expect(screen["#left-over"]).ToContainTextAsync("not sent yet");
        await Expect(screen[".side .key"].First).ToHaveAttributeAsync("aria-disabled", "true");
        await Expect(screen[".side .disc"]).ToHaveCountAsync(0);
        await screen.AssertFitsAsync();

        await screen[".side .key"].Last.TapAsync();
        await screen.AssertFitsAsync();
        await screen.Key("Write everything to it").TapAsync();
        await Expect(screen[".layer [role=status]"]).ToContainTextAsync("is on the stick");
        var archive = Assert.Single(Directory.GetFiles(stick, "*.mra"));
        using var content = new ByteArrayContent(await File.ReadAllBytesAsync(archive));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        await File.WriteAllTextAsync(Path.Combine(stick, "receipt.mrr"), (await day.Cloud.Post("/sync/import", content, System.Net.HttpStatusCode.OK)).ToJsonString());
        await screen.Key("Take the receipt from it").TapAsync();
        await Expect(screen[".layer [role=status]"]).ToContainTextAsync("covers everything");
        await screen.Key("Close").TapAsync();

        await Expect(screen[".side .disc"]).ToHaveCountAsync(4);
        await Expect(screen["#going h2"]).ToContainTextAsync("Proven");
        await screen.AssertFitsAsync();
        await screen[".side .key"].First.TapAsync();
        await screen.AssertFitsAsync();
        await screen.Page.Keyboard.TypeAsync("Trial");
        await screen.Key("Clear this Pi").Last.TapAsync();
        await Expect(screen["#going .problem"]).ToContainTextAsync("not the name");
        await screen[".side .key"].First.TapAsync();
        await screen.Page.Keyboard.TypeAsync("Trial Cup");
        await screen.Key("Clear this Pi").Last.TapAsync();
        await Expect(screen["main h1"]).ToContainTextAsync("Ready for the next race");
        await screen.AssertFitsAsync();
        Assert.Empty(await day.Pi.List("/competitions"));
    }

    [Fact]
    public async Task An_admin_takes_a_stick_in_at_the_desk_and_gets_the_receipt_as_a_file()
    {
        await using var day = new CloudAndPi();
        await day.InitializeAsync();
        await day.Pi.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[0], bib_number = 14 }, System.Net.HttpStatusCode.Created);
        var archive = await day.Pi.GetByteArrayAsync(new Uri("api/v1/device/export", UriKind.Relative));
        await using var desk = await chromium.DeskAsync(day.CloudHost);
        await desk.SignInAsync();
        await desk.GoAsync("/devices");
        await desk[".headline a"].ClickAsync();
        desk.Expect("400");
        await desk["#archive"].SetInputFilesAsync(new FilePayload { Name = "cut.mra", MimeType = "application/octet-stream", Buffer = archive[..200] });
        await desk["[data-archive-go]"].ClickAsync();
        await Expect(desk["[data-outcome]"]).ToContainTextAsync("ends in the middle");
        await desk["#archive"].SetInputFilesAsync(new FilePayload { Name = "pi.mra", MimeType = "application/octet-stream", Buffer = archive });
        await desk["[data-archive-go]"].ClickAsync();
        await Expect(desk["[data-outcome]"]).ToContainTextAsync("it may be cleared");
        var download = await desk.Page.RunAndWaitForDownloadAsync(() => desk["[data-outcome] a"].ClickAsync());
        Assert.EndsWith(".mrr", download.SuggestedFilename, StringComparison.Ordinal);
        using var receipt = new StringContent(await File.ReadAllTextAsync(await download.PathAsync()), System.Text.Encoding.UTF8, "application/json");
        Assert.True((bool)(await day.Pi.Post("/device/receipt", receipt, System.Net.HttpStatusCode.OK))["covers"]!);
        desk.AssertQuiet();
    }
}
