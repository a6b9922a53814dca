using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace ModularRace.RaceDay.Tests;

/// <summary>
/// The morning of a race, done: a cloud with a competition, a race and a real start list; a Pi that was paired over a
/// mountain link and has downloaded it. Two real hosts on two databases.
/// </summary>
public sealed class CloudAndPi : IAsyncLifetime
{
    internal RunningCloud CloudHost { get; } = new();

    internal RunningPi PiHost { get; } = new();

    internal HttpClient Cloud => CloudHost.Admin;

    internal HttpClient Pi => PiHost.Admin;

    internal MountainLink Link { get; private set; } = null!;

    internal string Competition { get; private set; } = "";

    internal string Race { get; private set; } = "";

    internal string StartListCounts { get; private set; } = "";

    /// <summary>The race's usual locations, in course order.</summary>
    internal IReadOnlyList<string> Locations { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        var (ffmpeg, ffprobe) = await FilmTools.GetAsync();
        foreach (var host in new RunningHost[] { CloudHost, PiHost }) (host.Settings["Clips__Ffmpeg"], host.Settings["Clips__Ffprobe"]) = (ffmpeg, ffprobe);
        // A network camera needs one that is newer.
        PiHost.Settings["Clips__Ffmpeg"] = FilmTools.OfThisMachine;
        await CloudHost.InitializeAsync();
        Link = new MountainLink(CloudHost.Address);
        PiHost.OpenPhoneDoor();
        await PiHost.InitializeAsync();

        Competition = (await Cloud.Post("/competitions", new { name = "Trial Cup", place = "Tesero", country = "ITA", start_date = "2026-02-06", end_date = "2026-02-08", time_zone = "Europe/Rome" }, HttpStatusCode.Created)).Text("client_uuid");
        Race = (await Cloud.Post($"/competitions/{Competition}/races", new { name = "Individual, men", discipline = "individual", stage = "final" }, HttpStatusCode.Created)).Text("client_uuid");
        Locations = [.. (await Cloud.List($"/races/{Race}/locations")).Select(l => l.Text("client_uuid"))];
        var startList = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "build", "example", "tesero-2026", "skiathlon-men.csv"));
        using var csv = new StringContent(startList, Encoding.UTF8, new MediaTypeHeaderValue("text/csv"));
        StartListCounts = (await Cloud.Post($"/races/{Race}/start-list", csv, HttpStatusCode.OK)).ToJsonString();

        var code = (await Cloud.Post("/devices/pairing-codes", new { name = "Pi Start", competition_uuids = new[] { Competition } }, HttpStatusCode.Created)).Text("pairing_code");
        await Pi.Post("/device/pair", new { server_url = Link.Address.ToString().TrimEnd('/'), pairing_code = code }, HttpStatusCode.OK);
        await Pi.Post("/device/download?wait=true", new { competition_uuid = Competition }, HttpStatusCode.OK);
    }

    /// <summary>Presses "Sync now" until nothing waits; a link that breaks makes a press fail, never a record.</summary>
    public async Task SyncUntilSentAsync()
    {
        for (var press = 0; press < 6; press++)
        {
            try
            {
                await Pi.Post("/device/sync?wait=true", null, HttpStatusCode.OK);
            }
            catch (InvalidOperationException e) when (e.Message.Contains("answered 503", StringComparison.Ordinal))
            {
                continue;
            }

            if ((int)(await Pi.Get("/device"))["pending"]! == 0) return;
        }

        Assert.Fail($"Not sent: {(await Pi.Get("/device/queue?status=pending")).ToJsonString()}\n{PiHost.Output}");
    }

    public async ValueTask DisposeAsync()
    {
        await PiHost.DisposeAsync();
        if (Link is not null) await Link.DisposeAsync();
        await CloudHost.DisposeAsync();
    }
}
