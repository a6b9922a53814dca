using System.Security.Cryptography;
using System.Text.Json;
using ModularRace.Shared.Json;
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
}
