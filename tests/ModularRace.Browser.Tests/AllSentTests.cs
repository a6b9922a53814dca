using System.Text.Json.Nodes;

namespace ModularRace.Browser.Tests;

/// <summary>No page of the touchscreen says that all is sent while anything is not, or may not be; and a long run is read in words and by a bar.</summary>
public sealed class AllSentTests(Chromium chromium, CloudAndPi day)
{
    private static readonly string[] Claims = ["All reports sent", "All that was made here is on the cloud", "Nothing is left", "has confirmed every record"];

    private readonly JsonObject said = new()
    {
        ["paired"] = true, ["syncing"] = false, ["pending"] = 0, ["pending_reports"] = 0, ["oldest_pending_at"] = null, ["synced"] = 5, ["failed"] = 0, ["conflicts"] = 0,
        ["held"] = 0, ["held_changes"] = new JsonArray(), ["last_run_error"] = null, ["last_sync_at"] = "2026-02-08T12:00:00.000Z",
        ["disk_free_bytes"] = 60_000_000_000, ["disk_total_bytes"] = 100_000_000_000, ["clips_taken"] = true,
    };

    [Fact]
    public async Task Where_all_is_sent_the_pages_say_so()
    {
        await using var screen = await OpenAsync();
        await screen.GoAsync("/send");
        await Expect(screen["#going h2"]).ToHaveTextAsync("All that was made here is on the cloud");
        await Expect(screen["#left-over"]).ToContainTextAsync("The cloud has confirmed every record of this Pi.");
        await Expect(screen[".strip .allsent"]).ToHaveTextAsync("All reports sent");
        await screen.GoAsync("/evening");
        await Expect(screen[".side li:has(.disc)"]).ToContainTextAsync("Everything sent");
    }

    [Theory]
    [InlineData(21, true, null)]
    [InlineData(19, true, "Card nearly full: 19 % free")]
    [InlineData(4, false, "Card full: no more clips are taken")]
    public async Task A_card_that_fills_is_told_with_what_to_do_beside_that_all_is_sent(int free, bool clipsTaken, string? told)
    {
        (said["disk_free_bytes"], said["clips_taken"]) = (free * 1_000_000_000L, clipsTaken);
        await using var screen = await OpenAsync();
        await screen.GoAsync("/send");
        await Expect(screen["#left-over"]).ToContainTextAsync("The cloud has confirmed every record of this Pi.");
        await screen.AssertFitsAsync();
        if (told is null)
        {
            await Expect(screen["#left-over .item"]).ToHaveCountAsync(0);
            return;
        }

        await Expect(screen["#left-over"]).ToContainTextAsync(told);
        await Expect(screen[".strip .low"]).ToBeVisibleAsync();
        await screen["#left-over .item .key"].TapAsync();
        await screen.Page.WaitForURLAsync("**/evening");
    }

    [Theory]
    [InlineData("pending", 2, "2 changes wait")]
    [InlineData("failed", 1, "1 record not taken")]
    [InlineData("conflicts", 3, "3 records in review")]
    [InlineData("held", 1, "1 change of the cloud not here")]
    [InlineData("last_run_error", "The server did not answer in time.", "Last sync broke off")]
    public async Task While_anything_is_left_no_page_says_that_all_is_sent(string what, object much, string told)
    {
        said[what] = much is string text ? text : (int)much;
        if (what == "held") said["held_changes"] = new JsonArray(new JsonObject { ["type"] = "race", ["client_uuid"] = day.Race, ["reason"] = "It could not be taken." });
        await using var screen = await OpenAsync();
        await screen.GoAsync("/send");
        await Expect(screen["#going h2"]).ToHaveTextAsync(told);
        await AssertClaimsNothingAsync(screen);
        await screen.AssertFitsAsync();
        await screen.GoAsync("/evening");
        await Expect(screen[".side li"]).ToHaveCountAsync(4);
        await Expect(screen[".side li:has(.disc)"].Filter(new LocatorFilterOptions { HasText = "Everything sent" })).ToHaveCountAsync(0);
        await AssertClaimsNothingAsync(screen);
    }

    /// <summary>Between "saved" and the host's next word on itself nothing may claim what was true before.</summary>
    [Fact]
    public async Task From_the_moment_a_tap_is_saved_nothing_says_that_all_is_sent()
    {
        await using var screen = await OpenAsync();
        await screen.OnCourseAsync(day);
        await Expect(screen[".strip .allsent"]).ToBeVisibleAsync();
        var release = new TaskCompletionSource();
        var isAsked = new TaskCompletionSource();
        await screen.Page.RouteAsync("**/api/v1/device", async route =>
        {
            isAsked.TrySetResult();
            await release.Task;
            await route.FallbackAsync();
        });
        // What is asked from now on is not answered: the strip knows only what it was told before, and what it does itself.
        await isAsked.Task;
        await screen[".bibs [data-bib=\"31\"]"].Last.TapAsync();
        await Expect(screen[".said .disc"]).ToBeVisibleAsync();
        await Expect(screen[".strip .unsent"]).ToHaveTextAsync("1 report not yet sent");
        await Expect(screen["[data-count=\"send\"]"]).ToHaveTextAsync("1");
        await AssertClaimsNothingAsync(screen);
        release.SetResult();
        await Expect(screen[".strip .allsent"]).ToBeVisibleAsync();
    }

    [Fact]
    public async Task After_a_sync_that_was_not_answered_nothing_says_so_until_one_ends_well()
    {
        await using var screen = await OpenAsync();
        screen.Expect("503");
        await screen.Page.RouteAsync("**/api/v1/device/sync", route => route.FulfillAsync(new RouteFulfillOptions
        {
            Status = 503, ContentType = "application/problem+json", Body = """{"title":"The server did not answer in time.","status":503,"code":"server_unreachable"}""",
        }));
        await screen.GoAsync("/send");
        await Expect(screen[".strip .allsent"]).ToBeVisibleAsync();
        await screen.Key("Sync now").TapAsync();
        await Expect(screen["#going .problem"]).ToHaveTextAsync("The server did not answer in time.");
        await Expect(screen["#going h2"]).ToHaveTextAsync("Last sync broke off");
        await AssertClaimsNothingAsync(screen);
        await screen.GoAsync("/download");
        await Expect(screen[".strip .unsent"]).ToHaveTextAsync("Last sync broke off");

        said["last_sync_at"] = "2026-02-08T12:05:00.000Z";
        await Expect(screen[".strip .allsent"]).ToBeVisibleAsync();
    }

    [Fact]
    public async Task How_far_a_run_is_stands_in_words_and_by_the_bar_and_what_is_sent_is_not_called_taken()
    {
        said["syncing"] = true;
        (said["pending"], said["pending_reports"]) = (500, 250);
        var step = """{"phase":"sending","done":100,"total":500,"bytes":60000,"share":0.6}""";
        await using var screen = await OpenAsync();
        await screen.Page.RouteAsync("**/api/v1/device/progress", route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/event-stream", Body = $"retry: 300\nevent: progress\ndata: {step}\n\n" }));
        await screen.GoAsync("/send");
        await Expect(screen["#going .gauge b"]).ToHaveTextAsync("60 % of 500 records");
        await Expect(screen["#going .told"]).ToContainTextAsync("100 of 500 confirmed, 60 kB so far");
        Assert.Equal(0.6 * 562, double.Parse((await screen["#going .fill"].GetAttributeAsync("width"))!, System.Globalization.CultureInfo.InvariantCulture), 1);
        await screen.AssertFitsAsync();
        step = """{"phase":"sending","done":100,"total":500,"bytes":99000,"share":1}""";
        await Expect(screen["#going .told"]).ToContainTextAsync("99 kB sent, no answer of the cloud for 1 s");
        await AssertClaimsNothingAsync(screen);
        await screen.AssertFitsAsync();
    }

    /// <summary>A screen whose Pi answers as <see cref="said"/>; the rows of its queue do not come.</summary>
    private async Task<Screen> OpenAsync()
    {
        var screen = await chromium.TouchscreenAsync(day.PiHost);
        await screen.Page.RouteAsync("**/api/v1/device", async route =>
        {
            var answer = await route.FetchAsync();
            var device = JsonNode.Parse(await answer.TextAsync())!.AsObject();
            foreach (var (name, value) in said) device[name] = value?.DeepClone();
            await route.FulfillAsync(new RouteFulfillOptions { Response = answer, Body = device.ToJsonString() });
        });
        await screen.Page.RouteAsync("**/api/v1/device/queue?*", route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = """{"items":[],"next_cursor":null}""" }));
        await screen.Page.RouteAsync("**/api/v1/device/clearance", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "application/json", Body = """{"names":["Trial Cup"],"records":5,"clips":0,"reasons":[],"receipt":null}""",
        }));
        return screen;
    }

    private static async Task AssertClaimsNothingAsync(Screen screen)
    {
        var text = await screen["body"].InnerTextAsync();
        foreach (var claim in Claims) Assert.DoesNotContain(claim, text, StringComparison.Ordinal);
    }
}
