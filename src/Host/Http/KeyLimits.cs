using System.Globalization;
using System.Threading.RateLimiting;
using ModularRace.Host.Access;
using ModularRace.Shared;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Http;

/// <summary>
/// What one API key may ask of this replica: so much at once, and so much a second from then on. A program that runs in a circle
/// takes nothing from the referees; people and devices are not limited, for what they have to say must get through.
/// </summary>
internal static class KeyLimits
{
    private const int DefaultBurst = 2000, DefaultPerSecond = 100, Most = 1_000_000;

    /// <summary>Settings <c>KeyLimits__Burst</c> and <c>KeyLimits__PerSecond</c>: whole numbers from 1.</summary>
    /// <exception cref="StartFailure">One of them is not.</exception>
    public static void AddKeyLimits(this WebApplicationBuilder builder)
    {
        var (burst, perSecond) = (Read(builder.Configuration, "Burst", DefaultBurst), Read(builder.Configuration, "PerSecond", DefaultPerSecond));
        builder.Services.AddRateLimiter(options =>
        {
            options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, Guid>(http => http.User.KeyUuid() is { } key
                ? RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions { TokenLimit = burst, TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1) })
                : RateLimitPartition.GetNoLimiter(Guid.Empty));
            options.OnRejected = (rejected, _) => throw new Problem(429, "too_many_requests", $"This key asks more than {perSecond} times a second.")
            {
                RetryAfter = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1),
            };
        });
    }

    private static int Read(ConfigurationManager configuration, string name, int otherwise) =>
        configuration[$"KeyLimits:{name}"] is not { Length: > 0 } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= Most ? value
        : throw new StartFailure($"KeyLimits__{name} is '{text}'; it is a whole number from 1 to {Most}.");
}
