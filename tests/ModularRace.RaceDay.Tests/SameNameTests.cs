using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModularRace.RaceDay.Tests;

/// <summary>A competition that was made on a Pi in an emergency, and the one that the office had made: both stay, until an admin makes them one.</summary>
public sealed class SameNameTests(CloudAndPi day) : IClassFixture<CloudAndPi>
{
    private static readonly DateTimeOffset Start = new(2026, 2, 8, 10, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task Two_competitions_of_one_name_are_made_one_with_all_that_hangs_on_them_and_two_again()
    {
        // In the snow, with no network: the competition, its race and a bib by hand.
        var emergency = await MakeAsync(day.Pi, "/competitions", new { name = "Trial Cup", country = "ITA", start_date = "2026-02-06", end_date = "2026-02-08", time_zone = "Europe/Rome" });
        var race = await MakeAsync(day.Pi, $"/competitions/{emergency}/races", new { name = "individual,  MEN", discipline = "individual" });
        var sprint = await MakeAsync(day.Pi, $"/competitions/{emergency}/races", new { name = "Sprint", discipline = "sprint" });
        var places = (await day.Pi.List($"/races/{race}/locations")).ToDictionary(l => l.Text("name"), l => l.Text("client_uuid"));
        await day.Pi.Post($"/races/{race}/locations", new { name = "Behind the hut" }, HttpStatusCode.Created);
        await day.Pi.Put($"/races/{race}/start-list/901", new { athletes = new[] { new { first_name = "Ida", last_name = "Berg", nation = "NOR" } } });
        var place = (await day.Cloud.List($"/races/{day.Race}/locations"))[0];
        var seen = await ReportAsync(day.Pi, race, places[place.Text("name")], 42, 12);
        var alone = await ReportAsync(day.Pi, race, places[place.Text("name")], 43, 60);
        var other = await ReportAsync(day.Cloud, day.Race, place.Text("client_uuid"), 42, 30);
        await day.SyncUntilSentAsync();
        await day.Pi.Post("/device/download?wait=true", new { competition_uuid = emergency }, HttpStatusCode.OK);

        // Both stay, and nobody decides by accident that they are one.
        Assert.Equal(2, (await day.Cloud.List("/competitions")).Count(c => c.Text("name") == "Trial Cup"));
        Assert.Single(await day.Cloud.List($"/races/{day.Race}/incidents"));
        var before = await StateAsync(emergency, race);

        // First it is said what would move and join, and nothing is changed by that.
        var preview = await day.Cloud.Post($"/competitions/{emergency}/merge?preview=true", new { into_uuid = day.Competition }, HttpStatusCode.OK);
        Assert.Equal((2, 1, true), ((int)preview["incidents"]!, (int)preview["bibs"]!, (bool)preview["preview"]!));
        Assert.Equal([(race, day.Race), (sprint, null)], preview["races"]!.AsArray().Select(r => (r!.Text("client_uuid"), (string?)r!["into_uuid"])));
        Assert.Equal(places.Count, preview["locations"]!.AsArray().Count(l => l!["into_uuid"] is not null));
        var joined = Assert.Single(preview["joined"]!.AsArray())!;
        Assert.Equal(new HashSet<string> { seen, other }, new HashSet<string> { joined.Text("incident_uuid"), joined.Text("into_uuid") });
        Assert.Equal(before, await StateAsync(emergency, race));

        await day.Cloud.Post($"/competitions/{emergency}/merge", new { into_uuid = day.Competition }, HttpStatusCode.OK);
        Assert.Equal(day.Competition, (await day.Cloud.Get($"/competitions/{emergency}")).Text("merged_into"));
        Assert.Equal(day.Race, (await day.Cloud.Get($"/races/{race}")).Text("merged_into"));
        Assert.Equal(new HashSet<string> { day.Race, sprint }, (await day.Cloud.List($"/competitions/{day.Competition}/races")).Select(r => r.Text("client_uuid")).ToHashSet());
        Assert.Equal(await Names(day.Race), await Names(race));
        Assert.Equal("Behind the hut", (await Names(day.Race))[^1]);
        Assert.Contains(await day.Cloud.List($"/races/{day.Race}/start-list", 500), b => (int)b["bib_number"]! == 901);

        // The two reports of one fault are one incident of the race that stands, by either name.
        var shown = await day.Cloud.List($"/races/{day.Race}/incidents");
        Assert.Equal(2, shown.Count);
        Assert.Equal(shown.Select(i => i.Text("client_uuid")), (await day.Cloud.List($"/races/{race}/incidents")).Select(i => i.Text("client_uuid")));
        var one = await day.Cloud.Get($"/incidents/{seen}");
        Assert.Equal((other, day.Race, place.Text("client_uuid"), 2), (one.Text("client_uuid"), one.Text("race_uuid"), one.Text("race_location_uuid"), one["reports"]!.AsArray().Count));
        Assert.Equal(shown.Count, shown.Select(i => (long)i["number"]!).Distinct().Count());
        // By the Pi's corrected clock, which a busy machine measures to some hundredths.
        Assert.Matches(new Regex("two reports (17\\.[89]|18|18\\.[12]) s apart", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), (await day.Cloud.List($"/merges?competition_uuid={day.Competition}"))[0].Text("reason"));

        // The Pi goes on under its own names, and so does what the desk says of its records.
        var late = await ReportAsync(day.Pi, race, places[place.Text("name")], 44, 300);
        await day.Pi.Patch($"/incidents/{alone}", new { description = "Both skis outside" });
        var onlyThere = await MakeAsync(day.Cloud, $"/races/{day.Race}/locations", new { name = "Camera 3" });
        await day.Cloud.Patch($"/incidents/{alone}", new { race_location_uuid = onlyThere });
        await day.SyncUntilSentAsync();
        await day.SyncUntilSentAsync();
        Assert.Equal((day.Race, "Both skis outside", onlyThere), ((await day.Cloud.Get($"/incidents/{late}")).Text("race_uuid"), (await day.Cloud.Get($"/incidents/{alone}")).Text("description"), (await day.Cloud.Get($"/incidents/{alone}")).Text("race_location_uuid")));
        var onPi = await day.Pi.Get($"/incidents/{alone}");
        Assert.Equal(race, onPi.Text("race_uuid"));
        Assert.Equal("Camera 3", (await day.Pi.List($"/races/{race}/locations")).Single(l => l.Text("client_uuid") == onPi.Text("race_location_uuid")).Text("name"));
        var device = await day.Pi.Get("/device");
        Assert.Equal((0, 0, 0, 0), ((int)device["pending"]!, (int)device["failed"]!, (int)device["conflicts"]!, (int)device["held"]!));
        Assert.NotNull((await day.Pi.Post("/device/verify", null, HttpStatusCode.OK))["receipt"]);

        // Two again: what came meanwhile goes with its own.
        await day.Cloud.Delete($"/competitions/{emergency}/merge");
        Assert.Null((await day.Cloud.Get($"/competitions/{emergency}"))["merged_into"]);
        Assert.Equal(new HashSet<string> { seen, alone, late }, (await day.Cloud.List($"/races/{race}/incidents")).Select(i => i.Text("client_uuid")).ToHashSet());
        Assert.Equal([other], (await day.Cloud.List($"/races/{day.Race}/incidents")).Select(i => i.Text("client_uuid")));
        Assert.Equal(race, (await day.Cloud.Get($"/incidents/{alone}")).Text("race_uuid"));
        Assert.DoesNotContain(await day.Cloud.List($"/races/{day.Race}/start-list", 500), b => (int)b["bib_number"]! == 901);
        await day.Cloud.Delete($"/competitions/{emergency}/merge", HttpStatusCode.Conflict);

        // Race by race, and what is said of the places holds.
        await day.Cloud.Post($"/races/{race}/merge", new { into_uuid = day.Race, locations = new Dictionary<string, string?> { [places[place.Text("name")]] = null } }, HttpStatusCode.OK);
        Assert.Equal(4, (await day.Cloud.List($"/races/{day.Race}/incidents")).Count);
        await day.Cloud.Delete($"/races/{race}/merge");
        Assert.Single(await day.Cloud.List($"/races/{day.Race}/incidents"));
    }

    [Fact]
    public async Task What_cannot_be_one_is_refused_and_nothing_is_changed()
    {
        var (a, b) = (await MakeAsync(day.Cloud, "/competitions", Named("Alpha")), await MakeAsync(day.Cloud, "/competitions", Named("Beta")));
        var c = await MakeAsync(day.Cloud, "/competitions", Named("Gamma"));
        await day.Cloud.Post($"/competitions/{a}/merge", new { }, HttpStatusCode.BadRequest);
        await day.Cloud.Post($"/competitions/{a}/merge", new { into_uuid = a }, HttpStatusCode.BadRequest);
        await day.Cloud.Post($"/competitions/{a}/merge", new { into_uuid = Guid.Empty }, HttpStatusCode.BadRequest);
        await day.Cloud.Post($"/competitions/{Guid.Empty}/merge", new { into_uuid = a }, HttpStatusCode.NotFound);
        await day.Cloud.Post($"/races/{day.Race}/merge", new { into_uuid = a }, HttpStatusCode.BadRequest);
        await day.Pi.Post($"/competitions/{a}/merge", new { into_uuid = b }, HttpStatusCode.NotFound);
        await day.Cloud.Post($"/competitions/{a}/merge?preview=maybe", new { into_uuid = b }, HttpStatusCode.BadRequest);
        await day.Cloud.Post($"/competitions/{a}/merge", new[] { b }, HttpStatusCode.BadRequest);
        var own = await MakeAsync(day.Cloud, "/competitions", Named("Delta"));
        var (first, second) = (await MakeAsync(day.Cloud, $"/competitions/{own}/races", new { name = "One", discipline = "sprint" }), await MakeAsync(day.Cloud, $"/competitions/{own}/races", new { name = "Two", discipline = "sprint" }));
        foreach (var locations in new object[] { "here", new[] { day.Locations[0] }, new Dictionary<string, string> { ["gate"] = "gate" }, new Dictionary<string, string> { [day.Locations[0]] = day.Locations[1] },
            new Dictionary<string, string> { [(await day.Cloud.List($"/races/{first}/locations"))[0].Text("client_uuid")] = day.Locations[1] } })
            await day.Cloud.Post($"/races/{first}/merge", new { into_uuid = second, locations }, HttpStatusCode.BadRequest);
        Assert.Equal(2, (await RacesAsync(own)).Count());

        // Again is nothing new; a circle is none; a chain ends where it ends, and opens in the middle.
        await day.Cloud.Post($"/competitions/{a}/merge", new { into_uuid = b }, HttpStatusCode.OK);
        await day.Cloud.Post($"/competitions/{a}/merge", new { into_uuid = b }, HttpStatusCode.OK);
        await day.Cloud.Post($"/competitions/{b}/merge", new { into_uuid = a }, HttpStatusCode.Conflict);
        await day.Cloud.Post($"/competitions/{a}/merge", new { into_uuid = c }, HttpStatusCode.Conflict);
        var race = await MakeAsync(day.Cloud, $"/competitions/{a}/races", new { name = "Vertical", discipline = "vertical" });
        Assert.Equal([race], await RacesAsync(b));
        await day.Cloud.Post($"/competitions/{b}/merge", new { into_uuid = c }, HttpStatusCode.OK);
        Assert.Equal([race], await RacesAsync(c));
        Assert.Equal([race], await RacesAsync(a));
        await day.Cloud.Delete($"/competitions/{a}/merge");
        Assert.Empty(await RacesAsync(a));
        await day.Cloud.Delete($"/competitions/{b}/merge");
        Assert.Equal([race], await RacesAsync(b));
    }

    [Fact]
    public async Task Whoever_judges_the_one_judges_what_came_from_the_other_and_nothing_of_that_reaches_a_device_that_has_only_one()
    {
        var office = await MakeAsync(day.Cloud, "/competitions", Named("Night Cup"));
        var standing = await MakeAsync(day.Cloud, $"/competitions/{office}/races", new { name = "Vertical", discipline = "vertical" });
        var emergency = await MakeAsync(day.Pi, "/competitions", Named("Night Cup"));
        var race = await MakeAsync(day.Pi, $"/competitions/{emergency}/races", new { name = "Vertical", discipline = "vertical" });
        var (here, there) = ((await day.Pi.List($"/races/{race}/locations"))[0].Text("client_uuid"), (await day.Cloud.List($"/races/{standing}/locations"))[0].Text("client_uuid"));
        var (onPi, late) = (await ReportAsync(day.Pi, race, here, 50, 0), await ReportAsync(day.Pi, race, here, 51, 0));
        var atDesk = await ReportAsync(day.Cloud, standing, there, 50, 600);
        await day.SyncUntilSentAsync();
        await day.Pi.Post("/device/download?wait=true", new { competition_uuid = emergency, date = "2026-02-08" }, HttpStatusCode.OK);
        var key = await day.Cloud.Post("/api-keys", new { name = "Night jury", role = "jury_president", competition_uuids = new[] { office } }, HttpStatusCode.Created);
        using var jury = day.CloudHost.Client(key.Text("key"));
        await jury.Get($"/competitions/{emergency}", HttpStatusCode.Forbidden);

        await day.Cloud.Post($"/competitions/{emergency}/merge", new { into_uuid = office }, HttpStatusCode.OK);
        Assert.Equal(office, (await jury.Get($"/competitions/{emergency}")).Text("merged_into"));

        // Records name it still, so it stays; and it is no other place of the race that stands.
        await day.Cloud.Delete($"/locations/{here}", HttpStatusCode.Conflict);
        Assert.DoesNotContain(here, (await day.Cloud.List($"/races/{standing}/locations")).Select(l => l.Text("client_uuid")));

        // R7: the Pi and the desk differ; it waits with the one, and what is chosen reaches the Pi.
        await day.Pi.Patch($"/incidents/{onPi}", new { description = "On the course" });
        await day.Cloud.Patch($"/incidents/{onPi}", new { description = "At the desk" });
        await day.SyncUntilSentAsync();
        var conflict = Assert.Single(await jury.List($"/conflicts?state=pending&competition_uuid={office}"));
        await jury.Post($"/conflicts/{conflict.Text("client_uuid")}/resolve", new { resolution = "device_wins" }, HttpStatusCode.OK);

        // R5: people's word on two that no device has both of goes to none, and is told apart with the two races.
        await jury.Post($"/incidents/{onPi}/merge", new { into_uuid = atDesk, note = "The same fault, told twice" }, HttpStatusCode.OK);
        Assert.Equal(atDesk, (await jury.Get($"/incidents/{onPi}")).Text("client_uuid"));
        await jury.Patch($"/incidents/{late}", new { bib_number = 52 });
        await day.SyncUntilSentAsync();
        await day.SyncUntilSentAsync();
        Assert.Equal(("On the course", 52), ((await day.Pi.Get($"/incidents/{onPi}")).Text("description"), (int)(await day.Pi.Get($"/incidents/{late}"))["bib_number"]!));
        var device = await day.Pi.Get("/device");
        Assert.Equal((0, 0, 0, 0), ((int)device["pending"]!, (int)device["failed"]!, (int)device["conflicts"]!, (int)device["held"]!));
        // What the Pi makes there hangs here; and whoever downloads the one gets what names it, and nothing of the other.
        var relay = await MakeAsync(day.Pi, $"/competitions/{emergency}/races", new { name = "Relay", discipline = "mixed_relay" });
        await day.SyncUntilSentAsync();
        Assert.Equal(new HashSet<string> { standing, relay }, (await RacesAsync(office)).ToHashSet());
        foreach (var (of, races) in new[] { (emergency, new HashSet<string> { race, relay }), (office, new HashSet<string> { standing }) })
        {
            using var other = await HandDevice.PairAsync(day, competition: of);
            var download = await other.Get($"/sync/download?competition_uuid={of}");
            Assert.Equal(races, download["races"]!.AsArray().Select(r => r!.Text("client_uuid")).ToHashSet());
            Assert.All(download["races"]!.AsArray(), r => Assert.Equal(of, r!.Text("competition_uuid")));
            Assert.All(download["race_locations"]!.AsArray(), l => Assert.Contains(l!.Text("race_uuid"), races));
        }

        await day.Cloud.Delete($"/competitions/{emergency}/merge");
        Assert.Equal(onPi, (await day.Cloud.Get($"/incidents/{onPi}")).Text("client_uuid"));
        Assert.Equal(atDesk, (await day.Cloud.Get($"/incidents/{atDesk}")).Text("client_uuid"));
        await jury.Get($"/competitions/{emergency}", HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task What_is_reported_while_an_admin_merges_and_undoes_hangs_where_it_belongs_and_is_there_once()
    {
        var (a, b) = (await MakeAsync(day.Cloud, "/competitions", Named("Storm")), await MakeAsync(day.Cloud, "/competitions", Named("Storm")));
        var (from, into) = (await MakeAsync(day.Cloud, $"/competitions/{a}/races", new { name = "Sprint", discipline = "sprint" }), await MakeAsync(day.Cloud, $"/competitions/{b}/races", new { name = "Sprint", discipline = "sprint" }));
        var (one, other) = ((await day.Cloud.List($"/races/{from}/locations"))[0].Text("client_uuid"), (await day.Cloud.List($"/races/{into}/locations"))[0].Text("client_uuid"));
        var reporting = Enumerable.Range(1, 4).Select(async who =>
        {
            var made = new List<string>();
            for (var n = 0; n < 15; n++)
            {
                var odd = (n + who) % 2 == 1;
                made.Add(await ReportAsync(day.Cloud, odd ? from : into, odd ? one : other, (who * 100) + n, n * 60));
            }

            return made;
        }).ToList();
        for (var turn = 0; turn < 5; turn++)
        {
            await day.Cloud.Post($"/competitions/{a}/merge", new { into_uuid = b }, HttpStatusCode.OK);
            if (turn < 4) await day.Cloud.Delete($"/competitions/{a}/merge");
        }

        var all = (await Task.WhenAll(reporting)).SelectMany(m => m).Order(StringComparer.Ordinal).ToList();
        var shown = await day.Cloud.List($"/races/{into}/incidents");
        Assert.Equal(all, shown.Select(i => i.Text("client_uuid")).Order(StringComparer.Ordinal));
        Assert.All(shown, i => Assert.Equal((into, other), (i.Text("race_uuid"), i.Text("race_location_uuid"))));
        Assert.Equal(all.Count, shown.Select(i => (long)i["number"]!).Distinct().Count());
        await day.Cloud.Delete($"/competitions/{a}/merge");
        var (left, right) = (await day.Cloud.List($"/races/{from}/incidents"), await day.Cloud.List($"/races/{into}/incidents"));
        Assert.Equal(all, left.Concat(right).Select(i => i.Text("client_uuid")).Order(StringComparer.Ordinal));
        Assert.All(left, i => Assert.Equal(one, i.Text("race_location_uuid")));
    }

    private static object Named(string name) => new { name, country = "ITA", start_date = "2026-02-06", end_date = "2026-02-08", time_zone = "Europe/Rome" };

    private static async Task<string> MakeAsync(HttpClient at, string path, object what) => (await at.Post(path, what, HttpStatusCode.Created)).Text("client_uuid");

    private static async Task<string> ReportAsync(HttpClient at, string race, string place, int bib, int seconds) => (await at.Post("/incidents", new
    {
        race_uuid = race, race_location_uuid = place, bib_number = bib, occurred_at = Start.AddSeconds(seconds).ToString("O"), description = $"Fault of {bib}",
    }, HttpStatusCode.Created))["incident"]!.Text("client_uuid");

    private async Task<string[]> Names(string race) => [.. (await day.Cloud.List($"/races/{race}/locations")).Select(l => l.Text("name"))];

    private async Task<IEnumerable<string>> RacesAsync(string competition) => (await day.Cloud.List($"/competitions/{competition}/races")).Select(r => r.Text("client_uuid"));

    private async Task<string> StateAsync(string competition, string race)
    {
        JsonNode[] all = [await day.Cloud.Get($"/competitions/{competition}"), .. await day.Cloud.List($"/races/{race}/incidents"), .. await day.Cloud.List($"/races/{day.Race}/incidents"), .. await day.Cloud.List($"/races/{race}/locations")];
        return string.Join('\n', all.Select(n => n.ToJsonString()));
    }
}
