using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ModularRace.Dedup.Domain;

/// <summary>
/// R4: SHA-256 over race, location, bib and the 30-second bucket. It finds candidates in one index look-up (own and
/// neighbouring buckets); the exact difference decides.
/// </summary>
internal static class Fingerprint
{
    public const long BucketMs = 30_000;

    public static long Bucket(DateTimeOffset at) => Math.DivRem(at.ToUnixTimeMilliseconds(), BucketMs) is var (quotient, remainder) && remainder < 0 ? quotient - 1 : quotient;

    public static byte[] Of(Guid race, Guid location, int bib, long bucket)
    {
        Span<byte> input = stackalloc byte[16 + 16 + 4 + 8];
        race.TryWriteBytes(input, bigEndian: true, out _);
        location.TryWriteBytes(input[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(input[32..], bib);
        BinaryPrimitives.WriteInt64BigEndian(input[36..], bucket);
        return SHA256.HashData(input);
    }
}
