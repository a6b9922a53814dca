using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ModularRace.Sync.Domain.Archive;

/// <summary>
/// A file for a memory stick: encrypted for one cloud, signed by one device, written and read frame by frame
/// (docs/archive-format.md). A file is one segment, or several one after the other where a device started anew.
/// </summary>
internal static class ArchiveFormat
{
    public const int Version = 1;

    /// <summary>The whole of what is not on the cloud, with what tells the whole; ends with an end frame.</summary>
    public const string Archive = "archive";

    /// <summary>Written record by record through the day; has no end.</summary>
    public const string Journal = "journal";

    public const int TagLength = 16, SignatureLength = 64, HashLength = 32, LongestHeader = 4096, LongestFrame = 4 << 20;

    /// <summary>What comes out of a frame's packing at most: no file fills the memory (a bomb).</summary>
    public const int LongestBody = 8 << 20;

    /// <summary>Records in one frame, and the characters of their content: little enough to stand in memory on a Pi.</summary>
    public const int MostRecords = 500, MostCharacters = 1_000_000;

    /// <summary>Bytes of a clip in one frame.</summary>
    public const int ClipBytes = 1 << 20;

    private static readonly byte[] Purpose = Encoding.ASCII.GetBytes("ModularRace archive 1\n");

    /// <summary>Begins each segment. No frame is so long that its length could be taken for it.</summary>
    public static ReadOnlySpan<byte> Magic => "MRARCH1\n"u8;

    public static uint MagicStart => BinaryPrimitives.ReadUInt32BigEndian(Magic);

    /// <summary>What identifies a public key: SHA-256 of its SubjectPublicKeyInfo, lower-case hexadecimal.</summary>
    public static string KeyId(byte[] publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey));

    /// <summary>The chain after a segment's beginning: over magic, length and header.</summary>
    public static byte[] Chain(ReadOnlySpan<byte> header)
    {
        var start = new byte[Magic.Length + 4];
        Magic.CopyTo(start);
        BinaryPrimitives.WriteInt32BigEndian(start.AsSpan(Magic.Length), header.Length);
        return SHA256.HashData([.. start, .. header]);
    }

    /// <summary>The chain after one more frame: none can be left out, repeated or put elsewhere.</summary>
    public static byte[] Chain(byte[] before, ReadOnlySpan<byte> sealedBody) => SHA256.HashData([.. before, .. sealedBody]);

    public static byte[] Sign(ECDsa key, byte[] chain) => key.SignData([.. Purpose, .. chain], HashAlgorithmName.SHA256);

    public static bool IsSigned(ECDsa key, byte[] chain, ReadOnlySpan<byte> signature) => key.VerifyData([.. Purpose, .. chain], signature, HashAlgorithmName.SHA256);

    /// <summary>The segment's key: both sides agree on the secret, the header is in it.</summary>
    public static byte[] DeriveKey(ECDiffieHellman own, ECDiffieHellman other, byte[] chain)
    {
        using var publicKey = other.PublicKey;
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, own.DeriveRawSecretAgreement(publicKey), 32, chain, Purpose);
    }

    /// <summary>Frames are counted; a segment's key is its own, so that no nonce comes twice under one key.</summary>
    public static byte[] Nonce(ulong frame)
    {
        var nonce = new byte[12];
        BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(4), frame);
        return nonce;
    }
}

/// <summary>What a segment says of itself, in the open.</summary>
/// <param name="Kind"><see cref="ArchiveFormat.Archive"/> or <see cref="ArchiveFormat.Journal"/>.</param>
/// <param name="StoreUuid">The device's database: edits are counted in it (R2).</param>
/// <param name="DeviceKey">Whose signature it carries: SubjectPublicKeyInfo, base64.</param>
/// <param name="CloudKey">For whom it is encrypted (<see cref="ArchiveFormat.KeyId"/>).</param>
/// <param name="EphemeralKey">The sender's half of the agreement, of this segment only: SubjectPublicKeyInfo, base64.</param>
internal sealed record ArchiveHeader(
    int Version, string Kind, Guid DeviceUuid, Guid StoreUuid, DateTimeOffset MadeAt, string DeviceKey, string CloudKey, string EphemeralKey);

/// <summary>What a frame holds.</summary>
internal enum ArchiveFrameKind : byte
{
    /// <summary>An upload's body.</summary>
    Batch = (byte)'B',

    /// <summary>Bytes of a clip, in order and whole (<see cref="ArchiveClip"/>), as they are: a video cannot be packed further.</summary>
    Clip = (byte)'C',

    /// <summary>A request for the proof of everything (R13), or a part of it.</summary>
    Verify = (byte)'V',

    /// <summary>The last frame of an archive.</summary>
    End = (byte)'E',
}

/// <summary>Says before bytes of a clip whose they are.</summary>
/// <param name="Sha256">Of the whole clip, lower-case hexadecimal.</param>
/// <param name="Offset">Where these bytes belong.</param>
internal sealed record ArchiveClip(Guid ReportUuid, string Sha256, long SizeBytes, long Offset);

/// <param name="Frames">Before this one.</param>
/// <param name="Records">In them.</param>
internal sealed record ArchiveEnd(int Frames, int Records);
