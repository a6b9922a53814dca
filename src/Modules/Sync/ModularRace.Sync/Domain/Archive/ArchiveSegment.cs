using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using ModularRace.Shared.Json;

namespace ModularRace.Sync.Domain.Archive;

/// <summary>Makes the bytes of one segment, piece by piece. Nothing but the segment's key and the chain is kept.</summary>
internal sealed class ArchiveSegment : IDisposable
{
    private readonly ECDsa deviceKey;
    private readonly AesGcm aes;
    private byte[] chain;
    private ulong frames;

    /// <param name="kind">Of the file.</param>
    /// <param name="device">Who writes.</param>
    /// <param name="store">Its database.</param>
    /// <param name="madeAt">By the device's clock.</param>
    /// <param name="deviceKey">Signs; belongs to this from now on.</param>
    /// <param name="cloudKey">The cloud's archive key, SubjectPublicKeyInfo.</param>
    public ArchiveSegment(string kind, Guid device, Guid store, DateTimeOffset madeAt, ECDsa deviceKey, byte[] cloudKey)
    {
        this.deviceKey = deviceKey;
        using var cloud = ECDiffieHellman.Create();
        cloud.ImportSubjectPublicKeyInfo(cloudKey, out _);
        using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var header = JsonSerializer.SerializeToUtf8Bytes(
            new ArchiveHeader(
                ArchiveFormat.Version, kind, device, store, madeAt, Convert.ToBase64String(deviceKey.ExportSubjectPublicKeyInfo()), ArchiveFormat.KeyId(cloudKey),
                Convert.ToBase64String(ephemeral.ExportSubjectPublicKeyInfo())),
            ApiJson.Options);
        chain = ArchiveFormat.Chain(header);
        aes = new AesGcm(ArchiveFormat.DeriveKey(ephemeral, cloud, chain), ArchiveFormat.TagLength);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, header.Length);
        Beginning = [.. ArchiveFormat.Magic, .. length, .. header, .. ArchiveFormat.Sign(deviceKey, chain)];
    }

    /// <summary>Goes before all frames.</summary>
    public byte[] Beginning { get; }

    public int Frames => (int)frames;

    /// <summary>The next frame.</summary>
    public byte[] Frame<T>(ArchiveFrameKind kind, T body)
    {
        using var packed = new MemoryStream();
        packed.WriteByte((byte)kind);
        using (var brotli = new BrotliStream(packed, new BrotliCompressionOptions { Quality = 5 }, leaveOpen: true))
            JsonSerializer.Serialize(brotli, body, ApiJson.Options);
        return Seal(packed.ToArray());
    }

    /// <summary>A frame with bytes of a clip: 16 bits of length, big endian, what they are, the bytes.</summary>
    public byte[] ClipFrame(ArchiveClip clip, ReadOnlySpan<byte> bytes)
    {
        var head = JsonSerializer.SerializeToUtf8Bytes(clip, ApiJson.Options);
        var open = new byte[3 + head.Length + bytes.Length];
        open[0] = (byte)ArchiveFrameKind.Clip;
        BinaryPrimitives.WriteUInt16BigEndian(open.AsSpan(1), (ushort)head.Length);
        head.CopyTo(open, 3);
        bytes.CopyTo(open.AsSpan(3 + head.Length));
        return Seal(open);
    }

    private byte[] Seal(byte[] open)
    {
        var sealedBody = new byte[open.Length + ArchiveFormat.TagLength];
        aes.Encrypt(ArchiveFormat.Nonce(frames++), open, sealedBody.AsSpan(0, open.Length), sealedBody.AsSpan(open.Length), chain);
        chain = ArchiveFormat.Chain(chain, sealedBody);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, sealedBody.Length);
        return [.. length, .. sealedBody, .. ArchiveFormat.Sign(deviceKey, chain)];
    }

    public void Dispose()
    {
        aes.Dispose();
        deviceKey.Dispose();
    }
}
