using System.Net;
using System.Text.RegularExpressions;

namespace ModularRace.Browser.Tests;

/// <summary>What only a person can decide, at the desk: fifty conflicts, one side by side, by keyboard, and several at once.</summary>
public sealed class ReviewTests(Chromium chromium, CloudAndPi day)
{
    [Fact]
    public async Task Fifty_conflicts_are_worked_through_by_keyboard_and_the_rest_of_a_kind_at_once()
    {
        await using var disputes = await Disputes.BetweenAsync(day);
        var pair = await disputes.TwoDecisionsAsync(36);
        var twice = await disputes.DecidedTwiceAsync(61);
        var contents = await disputes.TwoContentsAsync(100, 300, 48);
        await using var desk = await chromium.AdminsDeskAsync(day);
        await desk.GoAsync("/conflicts");
        await Expect(desk[".conflicts [name=chosen]"]).ToHaveCountAsync(50);
        await Expect(desk["nav [aria-current=page] i:not(.hint)"]).ToHaveTextAsync("50 open conflicts");

        await desk.PressAsync("j");
        await Expect(desk[".ttl"]).ToContainTextAsync("two incidents 17.2 s apart (11:04:10 by Paola Varesco on Pi Boot section; 11:04:27 by Rita Ciresa on Pi Climb 2, clock corrected by +2 min 29.0 s)");
        await Expect(desk["tr.diff"].First).ToContainTextAsync(new Regex("Penalty P4.*No action", RegexOptions.Singleline, TimeSpan.FromSeconds(1)));
        await Expect(desk[".cmp"]).ToContainTextAsync("own clock 11:01:58.2, +2 min 29.0 s, ± 3.1 s");
        await desk.PressAsync("Enter"); // nothing is chosen: nothing is sent
        await desk.PressAsync("2");
        await Expect(desk["[data-label]"]).ToHaveTextAsync("Resolve: No action for bib 36");
        await desk.PressAsync("n");
        await desk.Page.Keyboard.TypeAsync("The gate was down.");
        await desk.PressAsync("Escape");
        await desk.PressAsync("Enter");

        // The next one of the list is open already.
        await Expect(desk[".one > .alert.good"]).ToContainTextAsync("Bib 36: kept the device’s.");
        await Expect(desk[".ttl h1"]).ToContainTextAsync("Decided twice");
        await Expect(desk["nav [aria-current=page] i:not(.hint)"]).ToHaveTextAsync("49 open conflicts");
        var resolved = await day.Cloud.Get($"/conflicts/{pair}");
        Assert.Equal(("device_wins", "The gate was down."), (resolved.Text("resolution"), resolved.Text("notes")));

        await desk.PressAsync("e");
        await desk["#field-decision"].SelectOptionAsync("penalty_applied");
        await desk["#field-penalty_code"].FillAsync("P3");
        await desk.PressAsync("Control+Enter");
        await Expect(desk[".one > .alert.good"]).ToContainTextAsync("Bib 61: written anew.");
        Assert.Equal("P3", (await day.Cloud.Get($"/incidents/{(await day.Cloud.Get($"/conflicts/{twice}")).Text("record_uuid")}")).Text("penalty_code"));

        await desk.PressAsync("?");
        await Expect(desk["dialog#keys"]).ToBeVisibleAsync();
        await desk.PressAsync("Escape");

        // All of the kind at once; of one of them another side has said something since the list was shown.
        await desk["[data-all]"].CheckAsync();
        await Expect(desk["[data-chosen]"]).ToHaveTextAsync("48 chosen");
        using var third = await disputes.AnotherSaysAsync(contents[7], 7);
        await desk["#many-note"].FillAsync("As on video.");
        await desk["#many [value=device_wins]"].ClickAsync();
        await Expect(desk[".list > .alert"]).ToContainTextAsync(new Regex("47 are resolved, one is not:\\s+Bib 107, two contents: The record has changed", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Expect(desk["nav [aria-current=page] i:not(.hint)"]).ToHaveTextAsync("1 open conflicts");
        Assert.Equal(contents[7], Assert.Single(await day.Cloud.List($"/conflicts?state=pending&competition_uuid={day.Competition}")).Text("client_uuid"));
        await day.Cloud.Post($"/conflicts/{contents[7]}/resolve", new { resolution = "cloud_wins" }, HttpStatusCode.OK);
        desk.AssertQuiet();
    }

    [Fact]
    public async Task What_moved_on_while_the_page_was_open_is_told_and_what_was_typed_stays()
    {
        await using var disputes = await Disputes.BetweenAsync(day);
        var conflicts = await disputes.TwoContentsAsync(180, 380, 2);
        var (conflict, other) = (conflicts[0], conflicts[1]);
        await using var desk = await chromium.AdminsDeskAsync(day);
        await desk.GoAsync($"/conflicts?conflict={conflict}");
        await desk.PressAsync("2");
        await desk["#note"].FillAsync("Seen by me.");
        using var third = await disputes.AnotherSaysAsync(conflict, 7);

        await desk["#resolve .btn.go"].ClickAsync();
        await Expect(desk[".case > .alert"]).ToContainTextAsync("It moved on while this page was open");
        await Expect(desk[".cmp thead"]).ToContainTextAsync("Pi Finish");
        await Expect(desk["#note"]).ToHaveValueAsync("Seen by me.");
        await Expect(desk["[data-label]"]).ToHaveTextAsync(new Regex("Resolve: Bib 380", RegexOptions.None, TimeSpan.FromSeconds(1)));

        // The choice is of a version: it is still Pi Climb 2's, though another device was the last to say something.
        await desk["#resolve .btn.go"].ClickAsync();
        await Expect(desk[".one > .alert.good"]).ToContainTextAsync("Bib 180: written anew");
        var resolved = await day.Cloud.Get($"/conflicts/{conflict}");
        Assert.Equal("Seen by me.", resolved.Text("notes"));
        Assert.Equal(380, (int)(await day.Cloud.Get($"/incidents/{resolved.Text("record_uuid")}"))["bib_number"]!);

        // Two at once: the second is told who was faster.
        await desk.GoAsync($"/conflicts?conflict={other}");
        await desk.PressAsync("1");
        await desk["#note"].FillAsync("Mine.");
        await day.Cloud.Post($"/conflicts/{other}/resolve", new { resolution = "device_wins" }, HttpStatusCode.OK);
        await desk["#resolve .btn.go"].ClickAsync();
        await Expect(desk[".case > .alert"]).ToContainTextAsync(new Regex("Administrator was faster: kept the device’s.*Your note: “Mine.”", RegexOptions.Singleline, TimeSpan.FromSeconds(1)));
        desk.AssertQuiet();
    }

    [Fact]
    public async Task A_near_miss_is_merged_from_the_suggestions_and_undone_in_the_merge_log()
    {
        await using var disputes = await Disputes.BetweenAsync(day);
        await disputes.NearAsync(44, "10:30:12.000", "10:30:56.000");
        await disputes.NearAsync(45, "10:40:12.000", "10:40:56.000");
        await using var desk = await chromium.AdminsDeskAsync(day);
        var suggested = await day.Cloud.List("/suggestions");
        await desk.GoAsync($"/suggestions?suggestion={suggested.Single(s => (int)s["bib_number"]! == 44).Text("client_uuid")}");
        await Expect(desk["nav [aria-current=page] i.hint"]).ToHaveTextAsync($"{suggested.Count} suggestions");
        await Expect(desk[".ttl"]).ToContainTextAsync("Bib 44 at Start: two reports 44 s apart (11:30:12 by Paola Varesco on Pi Boot section; 11:30:56 by Rita Ciresa on Pi Climb 2). Not joined: they are more than 30 s apart.");
        await desk.PressAsync("m");
        await Expect(desk[".one > .alert.good"]).ToContainTextAsync("Merged");
        await Expect(desk[".ttl"]).ToContainTextAsync("Bib 45 at Start");
        await desk.PressAsync("d");
        await Expect(desk[".one > .alert.good"]).ToContainTextAsync("Dismissed");
        Assert.Equal(suggested.Count - 2, (await day.Cloud.List("/suggestions")).Count);

        await desk.GoAsync($"/merges?competition={await AboutAsync()}");
        var merge = desk[".merges li"].Filter(new LocatorFilterOptions { HasText = "Bib 44" });
        await Expect(merge).ToContainTextAsync("put together by Administrator");
        desk.AcceptsDialogs = true; // "Tell these apart?"
        await merge.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(desk["main .alert.good"]).ToContainTextAsync("Undone");
        await Expect(merge).ToContainTextAsync("Ended");
        Assert.Equal(suggested.Count - 2, (await day.Cloud.List("/suggestions")).Count);
        desk.AssertQuiet();
    }

    [Fact]
    public async Task Another_window_is_tried_over_the_competition_and_says_what_it_would_join()
    {
        await using var disputes = await Disputes.BetweenAsync(day);
        await disputes.NearAsync(46, "10:50:12.000", "10:50:56.000");
        await using var desk = await chromium.AdminsDeskAsync(day);
        await desk.GoAsync($"/replay?competition={await AboutAsync()}");
        await desk["#window"].FillAsync("a minute");
        await desk[".btn.go"].ClickAsync();
        await Expect(desk["[role=alert]"]).ToContainTextAsync("A window is from 0 to 300 seconds.");
        await Expect(desk["#window"]).ToHaveValueAsync("a minute");
        await desk["#window"].FillAsync("44");
        await desk["#window"].PressAsync("Enter");
        await Expect(desk[".merges li"].Filter(new LocatorFilterOptions { HasText = "Bib 46" }))
            .ToContainTextAsync("Bib 46 at Start: two reports 44 s apart (11:50:12 by Paola Varesco on Pi Boot section; 11:50:56 by Rita Ciresa on Pi Climb 2): they would be one incident.");
        await desk["#window"].FillAsync("43,999");
        await desk["#window"].PressAsync("Enter");
        await Expect(desk["main section h2"]).ToHaveTextAsync("With 43.999 s instead of 30 s");
        await Expect(desk["main"]).Not.ToContainTextAsync("Bib 46");
        desk.AssertQuiet();
    }

    /// <summary>The competition of the course; other tests make further ones.</summary>
    private async Task<string> AboutAsync() => (await day.Cloud.List("/competitions")).Single(c => c.Text("name") == "Trial Cup").Text("client_uuid");
}
