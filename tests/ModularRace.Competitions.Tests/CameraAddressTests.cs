using System.Text.Json.Nodes;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Features.Locations;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Validation;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Tests;

/// <summary>A camera's address leads to a camera; and who need not have it does not get it, for it may hold a password.</summary>
public sealed class CameraAddressTests(CloudModules cloud) : IClassFixture<CloudModules>
{
    private const string Secret = "rtsp://viewer:hunter2@cam-3.local:8554/main?profile=1";

    [Theory]
    [InlineData(Secret)]
    [InlineData("rtsps://10.0.0.7/stream1")]
    [InlineData("rtsp://[fd00::7]:554/cam/realmonitor?channel=1&subtype=0")]
    [InlineData("rtsp://ad%20min:p%27w%5C@192.168.1.20/user=admin_password=x_channel=1.sdp")]
    [InlineData(null)]
    public void What_leads_to_a_camera_is_taken(string? address) => Assert.Null(CameraAddress.Fault(address));

    [Theory]
    [InlineData("")]
    [InlineData(" rtsp://cam/1")]
    [InlineData("-i")]
    [InlineData("/dev/video0")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://cam/1")]
    [InlineData("https://cam/1")]
    [InlineData("concat:rtsp://cam/1|/etc/passwd")]
    [InlineData("subfile,,start,0,end,9,,:/etc/passwd")]
    [InlineData("RTSP://cam/1")]
    [InlineData("rtspu://cam/1")]
    [InlineData("rtsp:cam")]
    [InlineData("rtsp://")]
    [InlineData("rtsp:///cam")]
    [InlineData("rtsp://user:password@/cam")]
    [InlineData("rtsp://-i/cam")]
    [InlineData("rtsp://cam:0/1")]
    [InlineData("rtsp://cam:99999/1")]
    [InlineData("rtsp://cam/1\nfile '/etc/passwd'")]
    [InlineData("rtsp://cam/1\r")]
    [InlineData("rtsp://cam/1\0")]
    [InlineData("rtsp://cam/'")]
    [InlineData("rtsp://cam/\\")]
    [InlineData("rtsp://cam/ -i /etc/passwd")]
    [InlineData("rtsp://cam/1#x")]
    [InlineData("rtsp://cam/à")]
    [InlineData("rtsp://cam/1?udp")]
    [InlineData("rtsp://cam/1?profile=1&LISTEN")]
    [InlineData("rtsp://cam/1?http=1")]
    public void What_leads_elsewhere_is_not_and_nothing_of_it_is_repeated(string address)
    {
        var fault = CameraAddress.Fault(address)!;
        Assert.NotNull(fault);
        if (address.Length > 4) Assert.DoesNotContain(address, fault, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void One_that_is_too_long_is_not_taken() => Assert.NotNull(CameraAddress.Fault("rtsp://cam/" + new string('a', CameraAddress.Longest)));

    [Fact]
    public async Task However_it_comes_in_the_same_is_refused()
    {
        var race = await cloud.RaceAsync("other");
        var refused = await Assert.ThrowsAsync<Problem>(() => cloud.Send(new CreateLocation { RaceUuid = race.ClientUuid, Name = "Gate", CameraUrl = "http://viewer:hunter2@cam/1" }));
        Assert.Equal("validation_failed", refused.Code);
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
        var typed = new LocationForm { Name = "Gate", CameraUrl = "file:///etc/passwd" };
        await Assert.ThrowsAsync<Problem>(() => cloud.Send(typed.Creation(race.ClientUuid)));

        var record = new IncomingRecord(RecordTypes.RaceLocation, Uuids.New(cloud.Time), new JsonObject { ["race_uuid"] = race.ClientUuid.ToString(), ["name"] = "Gate", ["camera_url"] = "http://viewer:hunter2@cam/1" }, Uuids.New(cloud.Time).ToString());
        var outcome = Assert.Single(await cloud.Send(new ApplyReferenceRecords([record])));
        Assert.Equal((RecordVerdict.Invalid, "camera_url"), (outcome.Verdict, outcome.Error!.Field));
        Assert.DoesNotContain("hunter2", outcome.Error.Message, StringComparison.Ordinal);
        Assert.Empty(await cloud.Send(new FindLocationsOfRace(race.ClientUuid)));
    }

    [Fact]
    public async Task Only_who_may_change_the_location_reads_it_and_the_others_that_there_is_one()
    {
        var race = await cloud.RaceAsync("other");
        var made = (await cloud.Send(new CreateLocation { RaceUuid = race.ClientUuid, Name = "Gate", CameraUrl = Secret })).Value;
        Assert.Equal((Secret, true), (made.CameraUrl, made.HasCamera));
        Assert.Equal(Secret, await cloud.Send(new FindCamera(made.ClientUuid)));
        Assert.True(Assert.Single(await cloud.Send(new FindLocationsOfRace(race.ClientUuid))).HasCamera);

        foreach (var role in Roles.All)
        {
            var seen = Assert.Single((await cloud.Send(new ListLocations(race.ClientUuid, new PageRequest(500, null)), ModuleHost.Person("Someone", role, race.CompetitionUuid))).Items);
            Assert.Equal((role == Roles.Admin ? Secret : null, true), (seen.CameraUrl, seen.HasCamera));
        }

        await cloud.Send(new DeleteLocation(made.ClientUuid));
        Assert.Null(await cloud.Send(new FindCamera(made.ClientUuid)));
    }
}

public sealed class CameraOnAPiTests(PiModules pi) : IClassFixture<PiModules>
{
    [Fact]
    public async Task A_referee_reads_the_address_of_a_camera_that_was_entered_there_and_not_of_the_offices()
    {
        var race = await pi.RaceAsync("other");
        var referee = ModuleHost.Person("Rolf Referee", Roles.Referee);
        var own = (await pi.Send(new CreateLocation { RaceUuid = race.ClientUuid, Name = "Gate 1", CameraUrl = "rtsp://cam/1" }, referee)).Value;
        var (uuid, content) = (Uuids.New(pi.Time), new JsonObject { ["race_uuid"] = race.ClientUuid.ToString(), ["name"] = "Gate 2", ["camera_url"] = "rtsp://cam/2" });
        await pi.Send(new ApplyReferenceRecords([new IncomingRecord(RecordTypes.RaceLocation, uuid, content, CloudIdentity.Cloud)]));

        var seen = (await pi.Send(new ListLocations(race.ClientUuid, new PageRequest(500, null)), referee)).Items;
        Assert.Equal("rtsp://cam/1", Assert.Single(seen, l => l.ClientUuid == own.ClientUuid).CameraUrl);
        Assert.Null(Assert.Single(seen, l => l.ClientUuid == uuid).CameraUrl);
        var again = await pi.Send(new CreateLocation { RaceUuid = race.ClientUuid, ClientUuid = uuid, Name = "Gate 2" }, referee);
        Assert.Equal((false, null, true), (again.Created, again.Value.CameraUrl, again.Value.HasCamera));
    }
}
