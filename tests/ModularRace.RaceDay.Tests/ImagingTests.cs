using System.Net;
using ModularRace.Shared.Identifiers;

namespace ModularRace.RaceDay.Tests;

/// <summary>Pairing without a screen, for imaging many Pis: the token and the UUID come with the image's settings.</summary>
public sealed class ImagingTests(RunningCloud cloud) : IClassFixture<RunningCloud>
{
    [Fact]
    public async Task A_Pi_that_is_imaged_with_a_token_is_paired_at_its_first_start()
    {
        var competition = (await cloud.Admin.Post("/competitions", new { name = "Image Cup", country = "ITA", start_date = "2026-02-08", end_date = "2026-02-08", time_zone = "Europe/Rome" }, HttpStatusCode.Created)).Text("client_uuid");
        var race = (await cloud.Admin.Post($"/competitions/{competition}/races", new { name = "Sprint", discipline = "sprint" }, HttpStatusCode.Created)).Text("client_uuid");
        var code = (await cloud.Admin.Post("/devices/pairing-codes", new { name = "Pi Hut", competition_uuids = new[] { competition }, may_decide = true }, HttpStatusCode.Created)).Text("pairing_code");
        var device = Uuids.New(TimeProvider.System).ToString();
        var paired = await cloud.Anonymous.Post("/devices/pair", new { pairing_code = code, device_uuid = device }, HttpStatusCode.Created);

        await using var pi = new RunningPi();
        pi.Settings["SYNC_SERVER_URL"] = cloud.Address.ToString();
        pi.Settings["Sync__DeviceToken"] = paired.Text("api_token");
        pi.Settings["Sync__DeviceUuid"] = device;
        await pi.StartAsync();

        var state = await pi.Admin.Get("/device");
        Assert.Equal((true, device, cloud.Address.ToString().TrimEnd('/')), ((bool)state["paired"]!, state.Text("device_uuid"), state.Text("server_url")));
        Assert.Equal([competition], (await pi.Admin.Get("/device/competitions"))["items"]!.AsArray().Select(c => c!.Text("client_uuid")));
        await pi.Admin.Post("/device/download?wait=true", new { competition_uuid = competition }, HttpStatusCode.OK);
        var tap = await pi.Admin.Post("/incidents", new { race_uuid = race, bib_number = 7 }, HttpStatusCode.Created);
        await pi.Admin.Post("/device/sync?wait=true", null, HttpStatusCode.OK);
        var there = await cloud.Admin.Get($"/incidents/{tap["incident"]!.Text("client_uuid")}");
        Assert.Equal(device, there.Text("origin"));

        // What pairing on the screen would have brought: the name that people gave it, and what it may.
        state = await pi.Admin.Get("/device");
        Assert.Equal(("Pi Hut", true), (state.Text("name"), (bool)state["may_decide"]!));

        // The image's settings stay, and mean nothing more once it is paired.
        await pi.StopAsync();
        pi.Settings["Sync__DeviceUuid"] = Uuids.New(TimeProvider.System).ToString();
        await pi.StartAsync();
        Assert.Equal(device, (await pi.Admin.Get("/device")).Text("device_uuid"));
    }
}
