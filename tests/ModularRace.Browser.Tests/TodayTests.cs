using System.Text.Json.Nodes;

namespace ModularRace.Browser.Tests;

/// <summary>The list of the day follows the Pi without being asked for over and over: a day has hundreds of incidents.</summary>
public sealed class TodayTests(Chromium chromium, CloudAndPi day)
{
    [Fact]
    public async Task The_list_is_asked_for_when_what_the_Pi_counts_has_changed_and_at_no_other_time()
    {
        await using var screen = await chromium.TouchscreenAsync(day.PiHost);
        var (pending, devices, lists) = (0, 0, 0);
        await screen.Page.RouteAsync("**/api/v1/device", async route =>
        {
            var answer = await route.FetchAsync();
            var device = JsonNode.Parse(await answer.TextAsync())!.AsObject();
            (device["pending"], device["synced"], device["last_sync_at"]) = (pending, 5, "2026-02-08T12:00:00.000Z");
            Interlocked.Increment(ref devices);
            await route.FulfillAsync(new RouteFulfillOptions { Response = answer, Body = device.ToJsonString() });
        });
        await screen.Page.RouteAsync("**/api/v1/races/*/incidents?*", route =>
        {
            Interlocked.Increment(ref lists);
            return route.FallbackAsync();
        });
        await screen.OnCourseAsync(day);
        await screen.GoAsync("/today");
        await Expect(screen["#list .rows"]).ToBeVisibleAsync();
        await AskedAsync(2);
        lists = 0;
        await AskedAsync(3);
        Assert.Equal(0, lists);

        await day.Pi.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[0], bib_number = 33 }, System.Net.HttpStatusCode.Created);
        pending = 1;
        await Expect(screen["#list .row"].Filter(new LocatorFilterOptions { HasText = "33" }).First).ToBeVisibleAsync();
        Assert.InRange(lists, 1, 2);

        // So many times from now on.
        async Task AskedAsync(int more)
        {
            for (var until = devices + more; devices < until;) await screen.Page.WaitForResponseAsync(r => r.Url.EndsWith("/api/v1/device", StringComparison.Ordinal));
        }
    }
}
