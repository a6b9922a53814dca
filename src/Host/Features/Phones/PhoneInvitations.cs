using System.Security.Cryptography;
using ModularRace.Host.Identity;

namespace ModularRace.Host.Features.Phones;

/// <summary>
/// The code that the screen shows: good for one phone, until the next is made, the host starts again, or ten minutes have passed
/// on the monotonic clock (R10: no wall clock of a Pi authorises anything). Kept as a digest (R15).
/// </summary>
internal sealed class PhoneInvitations(TimeProvider time)
{
    public static readonly TimeSpan Holds = TimeSpan.FromMinutes(10);

    private readonly Lock gate = new();
    private (byte[] Digest, long Made)? open;

    /// <summary>A new code; the one before it is void.</summary>
    public string Make()
    {
        var code = Secrets.New(Secrets.Phone);
        lock (gate) open = (Secrets.Digest(code), time.GetTimestamp());
        return code;
    }

    /// <summary>Whether this code still lets somebody in.</summary>
    public bool IsOpen(string? code)
    {
        lock (gate) return Holding(code);
    }

    /// <summary>Takes the code: true once.</summary>
    public bool Take(string? code)
    {
        lock (gate)
        {
            if (!Holding(code)) return false;
            open = null;
            return true;
        }
    }

    private bool Holding(string? code) =>
        code is { Length: < 100 } && open is { } known && time.GetElapsedTime(known.Made) < Holds && CryptographicOperations.FixedTimeEquals(known.Digest, Secrets.Digest(code));
}
