using System.Security.Cryptography;
using CsCheck;
using ModularRace.Dedup.Domain;

namespace ModularRace.Dedup.Tests.Domain;

public sealed class FingerprintTests
{
    private static readonly Guid Race = Guid.Parse("01980000-0000-7000-8000-000000009000"), Gate = Guid.Parse("01980000-0000-7000-8000-000000009100");

    /// <summary>Every other one at an edge of a bucket, or a millisecond beside it.</summary>
    private static readonly Gen<long> Times = Gen.OneOf(
        Gen.Long[-100_000_000, 100_000_000],
        Gen.Select(Gen.Long[-3_000, 3_000], Gen.Long[-1, 1], (bucket, beside) => (bucket * 30_000) + beside));

    [Fact]
    public void It_is_SHA_256_over_race_location_bib_and_bucket_each_as_it_is_written() =>
        Assert.Equal(
            SHA256.HashData(Convert.FromHexString("01980000000070008000000000009000" + "01980000000070008000000000009100" + "0000002A" + "0000000003870A30")),
            Fingerprint.Of(Race, Gate, 42, 0x3870A30));

    [Fact]
    public void Whatever_lies_within_the_window_is_in_the_own_bucket_or_the_next_to_it() =>
        Gen.Select(Times, Gen.OneOf(Gen.Long[0, DuplicateRule.WindowMs], Gen.Const((long)DuplicateRule.WindowMs))).Sample((ms, apart) =>
        {
            var (one, other) = (DateTimeOffset.UnixEpoch.AddMilliseconds(ms), DateTimeOffset.UnixEpoch.AddMilliseconds(ms + apart));
            Assert.InRange(Fingerprint.Bucket(other) - Fingerprint.Bucket(one), 0, 1);
            // A bucket is 30 s long, from its number on, before 1970 too.
            Assert.InRange(ms - (Fingerprint.Bucket(one) * 30_000), 0, 29_999);
        }, iter: 10_000, threads: 1);
}
