using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Domain.Archive;
using ModularRace.Sync.Features.OnServer.Devices;
using ModularRace.Sync.Features.OnServer.Importing;
using ModularRace.Sync.Features.OnServer.Pairing;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnServer;

/// <summary>A file from a memory stick, as a device wrote it and as somebody else would like to have written it.</summary>
public sealed class ImportTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    [Fact]
    public async Task An_archive_does_what_uploading_would_as_often_as_it_comes_and_proves_the_whole()
    {
        var device = await DeviceAsync();
        var (good, bad) = (cloud.NewUuid(), cloud.NewUuid());
        var file = device.Archive(Record(good, cloud.Incident(401)), Record(bad, cloud.Incident(99999)));
        var receipt = await ImportAsync(file);
        Assert.True(receipt.Complete);
        Assert.Equal(["created", "rejected"], receipt.Results.Select(r => r.Status));
        Assert.Equal(2, Assert.Single(receipt.Receipts).Counts["incident"]);
        Assert.True(ReceiptKeys.Holds(device.ReceiptKey, receipt.Signed(), receipt.Signature));
        Assert.True(ReceiptKeys.Holds(device.ReceiptKey, receipt.Receipts[0]));

        var again = await ImportAsync(file);
        Assert.Equal(["already_synced", "rejected"], again.Results.Select(r => r.Status));
        Assert.Equal(receipt.Results[1].QuarantineUuid, again.Results[1].QuarantineUuid);
    }

    [Fact]
    public async Task A_file_that_was_cut_anywhere_is_refused_and_what_stood_before_the_cut_is_taken_once()
    {
        var device = await DeviceAsync();
        var uuid = cloud.NewUuid();
        var file = device.Archive(Record(uuid, cloud.Incident(411)));
        for (var length = 0; length < file.Length; length += 37) Assert.Equal("archive_invalid", (await RefusedAsync(file[..length])).Code);
        Assert.Equal("already_synced", Assert.Single((await ImportAsync(file)).Results).Status);
    }

    [Fact]
    public async Task A_file_with_any_byte_changed_is_refused()
    {
        var device = await DeviceAsync();
        var file = device.Archive(Record(cloud.NewUuid(), cloud.Incident(421)));
        for (var at = 0; at < file.Length; at += 29)
        {
            var changed = file.ToArray();
            changed[at] ^= 0x10;
            Assert.Contains((await RefusedAsync(changed)).Code, new[] { "archive_invalid", "archive_of_another_cloud", "device_unknown" });
        }
    }

    [Fact]
    public async Task Frames_that_are_swapped_repeated_or_left_out_are_noticed()
    {
        var device = await DeviceAsync();
        var (beginning, frames) = device.Pieces(Record(cloud.NewUuid(), cloud.Incident(431)), Record(cloud.NewUuid(), cloud.Incident(432)));
        byte[][][] wrong = [[frames[1], frames[0], .. frames[2..]], [frames[0], frames[0], .. frames[1..]], frames[1..], [frames[0], .. frames[2..]], frames[..^1]];
        foreach (var order in wrong) Assert.Equal("archive_invalid", (await RefusedAsync([.. beginning, .. order.SelectMany(f => f)])).Code);
    }

    [Fact]
    public async Task Another_clouds_an_unknown_a_revoked_devices_and_a_strangers_file_are_told_apart()
    {
        var device = await DeviceAsync();
        var record = Record(cloud.NewUuid(), cloud.Incident(441));
        using var otherCloud = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal("archive_of_another_cloud", (await RefusedAsync((device with { CloudKey = otherCloud.ExportSubjectPublicKeyInfo() }).Archive(record))).Code);
        Assert.Equal("device_unknown", (await RefusedAsync((device with { Uuid = cloud.NewUuid() }).Archive(record))).Code);
        Assert.Equal("device_unknown", (await RefusedAsync((device with { Key = ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKey() }).Archive(record))).Code);
        await cloud.Send(new RevokeDevice(device.Uuid));
        Assert.Equal("device_revoked", (await RefusedAsync(device.Archive(record))).Code);
        Assert.Equal(0, (await cloud.Sql.QueryAsync<long>("SELECT count(*) FROM incidents.incidents WHERE bib_number = 441"))[0]);
    }

    [Fact]
    public async Task What_is_no_archive_or_would_fill_the_memory_is_refused()
    {
        var device = await DeviceAsync();
        Assert.Equal("archive_invalid", (await RefusedAsync([])).Code);
        Assert.Equal("archive_invalid", (await RefusedAsync("PK\u0003\u0004 something else, and longer than a header"u8.ToArray())).Code);
        var (beginning, frames) = device.Pieces(Record(cloud.NewUuid(), cloud.Incident(451)));
        var huge = frames[0].ToArray();
        BinaryPrimitives.WriteInt32BigEndian(huge, int.MaxValue);
        Assert.Equal("archive_invalid", (await RefusedAsync([.. beginning, .. huge])).Code);
        Assert.Equal("archive_invalid", (await RefusedAsync(device.Archive(Record(cloud.NewUuid(), new JsonObject { ["description"] = new string('x', ArchiveFormat.LongestBody) })))).Code);
    }

    [Fact]
    public async Task A_journal_may_end_anywhere_and_all_whole_frames_before_are_taken()
    {
        var device = await DeviceAsync();
        var uuids = new[] { cloud.NewUuid(), cloud.NewUuid() };
        using var segment = device.Segment(ArchiveFormat.Journal);
        var whole = (byte[])[.. segment.Beginning, .. segment.Frame(ArchiveFrameKind.Batch, device.Batch(Record(uuids[0], cloud.Incident(461))))];
        var last = segment.Frame(ArchiveFrameKind.Batch, device.Batch(Record(uuids[1], cloud.Incident(462))));
        for (var cut = 1; cut < last.Length; cut += 41)
        {
            var torn = await ImportAsync([.. whole, .. last[..cut]]);
            Assert.False(torn.Complete);
            Assert.Equal(uuids[0].ToString(), Assert.Single(torn.Results).ClientUuid);
        }

        // A stick that took the length and not the rest, and the segment of the next start.
        Assert.False((await ImportAsync([.. whole, .. last[..4], .. new byte[last.Length - 4]])).Complete);
        using var next = device.Segment(ArchiveFormat.Journal);

        // The Pi started anew, and the power went as it wrote that down.
        for (var cut = 1; cut < next.Beginning.Length; cut += 23)
            foreach (var file in (byte[][])[[.. whole, .. next.Beginning[..cut]], [.. whole, .. next.Beginning[..cut], .. new byte[next.Beginning.Length - cut]]])
            {
                var torn = await ImportAsync(file);
                Assert.False(torn.Complete);
                Assert.Equal(uuids[0].ToString(), Assert.Single(torn.Results).ClientUuid);
            }

        // One that was changed is no torn one: what follows it would be left out without a word.
        var changed = next.Beginning.ToArray();
        changed[^1] ^= 1;
        Assert.Equal("archive_invalid", (await RefusedAsync([.. whole, .. changed, .. next.Frame(ArchiveFrameKind.Batch, device.Batch(Record(uuids[1], cloud.Incident(462))))])).Code);
        using var again = device.Segment(ArchiveFormat.Journal);
        var both = await ImportAsync([.. whole, .. again.Beginning, .. again.Frame(ArchiveFrameKind.Batch, device.Batch(Record(uuids[1], cloud.Incident(462))))]);
        Assert.Equal((true, 2), (both.Complete, both.Results.Count));
        Assert.Empty(both.Receipts);
    }

    [Fact]
    public async Task An_admin_of_some_competitions_imports_only_what_a_device_of_theirs_wrote()
    {
        var device = await DeviceAsync();
        var told = await Assert.ThrowsAsync<Problem>(() => ImportAsync(device.Archive(Record(cloud.NewUuid(), cloud.Incident(471))), ModuleHost.Person("Some Admin", Roles.Admin, cloud.Competition)));
        Assert.Equal(403, told.Status);
    }

    private static UploadRecord Record(Guid uuid, JsonObject data) => new("incident", uuid, 1, null, data);

    private async Task<ImportReceipt> ImportAsync(byte[] file, Actor? actor = null)
    {
        using var stream = new MemoryStream(file);
        return await cloud.Send(new ImportArchive(stream), actor);
    }

    private async Task<Problem> RefusedAsync(byte[] file) => await Assert.ThrowsAsync<Problem>(() => ImportAsync(file));

    private async Task<StickDevice> DeviceAsync()
    {
        var uuid = cloud.NewUuid();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var paired = (await cloud.Send(new PairDevice((await cloud.CodeAsync()).PairingCode, uuid, null, "192.0.2.7", Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())), Actor.Nobody)).Paired!;
        return new StickDevice(uuid, cloud.NewUuid(), cloud.Competition, key.ExportPkcs8PrivateKey(), Convert.FromBase64String(paired.ArchiveKey!), paired.ReceiptKey);
    }

    /// <summary>A device that writes to a stick.</summary>
    private sealed record StickDevice(Guid Uuid, Guid Store, Guid Competition, byte[] Key, byte[] CloudKey, string ReceiptKey)
    {
        public ArchiveSegment Segment(string kind)
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(Key, out _);
            return new ArchiveSegment(kind, Uuid, Store, ModuleHost.Morning, key, CloudKey);
        }

        public UploadRequest Batch(params UploadRecord[] records) => new(Shared.Identifiers.Uuids.New(TimeProvider.System), Store, ModuleHost.Morning, null, [], records);

        /// <summary>A frame for each record, the proof, the end.</summary>
        public (byte[] Beginning, byte[][] Frames) Pieces(params UploadRecord[] records)
        {
            using var segment = Segment(ArchiveFormat.Archive);
            var frames = records.Select(r => segment.Frame(ArchiveFrameKind.Batch, Batch(r))).ToList();
            frames.Add(segment.Frame(ArchiveFrameKind.Verify, new VerifyRequest(Competition, [.. records.Select(r => new VerifyRecord(r.Type, r.ClientUuid, RecordDigest.Hex(r.Data)))], [])));
            frames.Add(segment.Frame(ArchiveFrameKind.End, new ArchiveEnd(segment.Frames, records.Length)));
            return (segment.Beginning, [.. frames]);
        }

        public byte[] Archive(params UploadRecord[] records)
        {
            var (beginning, frames) = Pieces(records);
            return [.. beginning, .. frames.SelectMany(f => f)];
        }
    }
}
