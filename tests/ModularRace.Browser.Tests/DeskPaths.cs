namespace ModularRace.Browser.Tests;

/// <summary>The desk's pages that open by themselves, with an incident, a person and the competition that are there.</summary>
internal static class DeskPaths
{
    /// <returns>Addresses, the ones of the routes that the sources name: a new page is among them without a word here.</returns>
    public static async Task<IReadOnlyList<string>> AllAsync(CloudAndPi day)
    {
        var incident = (await day.Cloud.Post("/incidents", new { race_uuid = day.Race, race_location_uuid = day.Locations[2], bib_number = 71 }, System.Net.HttpStatusCode.Created))["incident"]!.Text("client_uuid");
        var person = (await day.Cloud.List("/people"))[0].Text("client_uuid");
        // Without a piece of another page, and one that a link opens.
        string[] paths =
        [
            .. AllPagesTests.Pages(touch: false).Append("/races/{raceUuid}/incidents").Where(p => !p.EndsWith("/why", StringComparison.Ordinal) && p != "/choose-password")
                .Select(p => p.Replace("{competitionUuid}", day.Competition, StringComparison.Ordinal).Replace("{raceUuid}", day.Race, StringComparison.Ordinal)
                    .Replace("{incidentUuid}", incident, StringComparison.Ordinal).Replace("{uuid}", day.Competition, StringComparison.Ordinal)
                    .Replace("{personUuid}", person, StringComparison.Ordinal)),
        ];
        Assert.DoesNotContain(paths, p => p.Contains('{', StringComparison.Ordinal));
        return paths;
    }
}
