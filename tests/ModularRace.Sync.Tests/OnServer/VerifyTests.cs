using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Features.OnServer.Quarantine;
using ModularRace.Sync.Features.OnServer.Verifying;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnServer;

public sealed class VerifyTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    [Fact]
    public async Task What_is_held_is_confirmed_and_signed_and_what_is_missing_or_different_is_told()
    {
        var uuid = cloud.NewUuid();
        var paired = (await cloud.PairAsync((await cloud.CodeAsync()).PairingCode, uuid)).Paired!;
        var device = new TestDevice(cloud, uuid);
        var (held, bad) = (cloud.NewUuid(), cloud.NewUuid());
        var (content, poison) = (cloud.Incident(301), cloud.Incident(99999));
        await device.Upload(TestDevice.Record("incident", held, content), TestDevice.Record("incident", bad, poison));

        VerifyRecord[] good = [new("incident", held, RecordDigest.Hex(content)), new("incident", bad, RecordDigest.Hex(poison))];
        var answer = await cloud.Send(new VerifyRecords(cloud.Competition, good, []), device.Actor);
        Assert.True(answer.Verified);
        var body = JsonSerializer.SerializeToNode(answer.Receipt, ApiJson.Options)!.AsObject();
        body.Remove("signature");
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(paired.ReceiptKey), out _);
        Assert.True(key.VerifyData(CanonicalJson.Write(body), Convert.FromBase64String(answer.Receipt!.Signature), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

        var other = RecordDigest.Hex(cloud.Incident(302));
        var unknown = cloud.NewUuid();
        answer = await cloud.Send(new VerifyRecords(cloud.Competition, [.. good, new("incident", held, other), new("incident", unknown, other)], [other]), device.Actor);
        Assert.False(answer.Verified);
        Assert.Null(answer.Receipt);
        Assert.Equal(held, Assert.Single(answer.Different).ClientUuid);
        Assert.Equal([unknown, null], answer.Missing.Select(m => m.ClientUuid));
    }

    [Fact]
    public async Task The_last_edit_counts_not_an_older_or_a_newer_one()
    {
        var device = await cloud.DeviceAsync();
        var uuid = cloud.NewUuid();
        await device.Upload(TestDevice.Record("incident", uuid, cloud.Incident(311)));
        await device.Upload(TestDevice.Record("incident", uuid, cloud.Incident(312), edit: 2));
        Assert.Equal("held", await StandsAsync(device, uuid, cloud.Incident(312)));
        Assert.Equal("different", await StandsAsync(device, uuid, cloud.Incident(311)));
        Assert.Equal("different", await StandsAsync(device, uuid, cloud.Incident(313)));
    }

    [Fact]
    public async Task A_record_in_an_open_conflict_is_held_in_each_content_that_came_under_its_number()
    {
        var device = await cloud.DeviceAsync();
        var uuid = cloud.NewUuid();
        await device.Upload(TestDevice.Record("incident", uuid, cloud.Incident(321)));
        Assert.Equal("conflict", (await device.Upload(TestDevice.Record("incident", uuid, cloud.Incident(322))))[0].Status);
        Assert.Equal("held", await StandsAsync(device, uuid, cloud.Incident(321)));
        Assert.Equal("held", await StandsAsync(device, uuid, cloud.Incident(322)));
        Assert.Equal("missing", await StandsAsync(await cloud.DeviceAsync(), uuid, cloud.Incident(321)));
    }

    [Fact]
    public async Task What_a_person_set_aside_or_corrected_is_held_and_what_a_later_edit_made_moot_is_not()
    {
        var device = await cloud.DeviceAsync();
        var (aside, corrected, moot) = (cloud.NewUuid(), cloud.NewUuid(), cloud.NewUuid());
        var results = await device.Upload(
            TestDevice.Record("incident", aside, cloud.Incident(90001)), TestDevice.Record("incident", corrected, cloud.Incident(90002)), TestDevice.Record("incident", moot, cloud.Incident(90003)));
        await cloud.Send(new SettleQuarantined(results[0].QuarantineUuid!.Value, "set_aside", null, "Not a bib"));
        await cloud.Send(new SettleQuarantined(results[1].QuarantineUuid!.Value, "accept", cloud.Incident(332), "Bib read again"));
        await device.Upload(TestDevice.Record("incident", moot, cloud.Incident(333), edit: 2));
        Assert.Equal("held", await StandsAsync(device, aside, cloud.Incident(90001)));
        Assert.Equal("held", await StandsAsync(device, corrected, cloud.Incident(90002)));
        Assert.Equal("different", await StandsAsync(device, moot, cloud.Incident(90003)));
        Assert.Equal("held", await StandsAsync(device, moot, cloud.Incident(333)));
    }

    [Fact]
    public async Task A_receipt_that_continues_another_counts_both_and_an_unknown_one_is_refused()
    {
        var device = await cloud.DeviceAsync();
        var uuids = new[] { cloud.NewUuid(), cloud.NewUuid() };
        await device.Upload([.. uuids.Select((u, i) => TestDevice.Record("incident", u, cloud.Incident(341 + i)))]);
        var first = await cloud.Send(new VerifyRecords(cloud.Competition, [new("incident", uuids[0], RecordDigest.Hex(cloud.Incident(341)))], []), device.Actor);
        VerifyRecord[] rest = [new("incident", uuids[1], RecordDigest.Hex(cloud.Incident(342)))];
        var second = await cloud.Send(new VerifyRecords(cloud.Competition, rest, [], first.Receipt!.ReceiptUuid), device.Actor);
        Assert.Equal(2, second.Receipt!.Counts["incident"]);
        Assert.Equal(new VerifyRequest(cloud.Competition, rest, [], first.Receipt.ReceiptUuid).Digest(), second.Receipt.Digest);
        var told = await Assert.ThrowsAsync<Problem>(async () => await cloud.Send(new VerifyRecords(cloud.Competition, rest, [], cloud.NewUuid()), device.Actor));
        Assert.Equal("validation_failed", told.Code);
    }

    private async Task<string> StandsAsync(TestDevice device, Guid uuid, JsonObject content)
    {
        var answer = await cloud.Send(new VerifyRecords(cloud.Competition, [new("incident", uuid, RecordDigest.Hex(content))], []), device.Actor);
        return answer.Verified ? "held" : answer.Missing.Count > 0 ? "missing" : "different";
    }
}
