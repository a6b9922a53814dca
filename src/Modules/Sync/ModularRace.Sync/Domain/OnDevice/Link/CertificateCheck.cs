using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ModularRace.Sync.Domain.OnDevice.Clock;

namespace ModularRace.Sync.Domain.OnDevice.Link;

/// <summary>
/// Whether a server's certificate holds, at the time that is known (R10) and not at the one that a clock without battery
/// shows: decision 13. Name, issuer and use are judged as ever.
/// </summary>
/// <param name="clock">What is known of the time.</param>
/// <param name="roots">Whom to trust; null: whom the system trusts.</param>
internal sealed class CertificateCheck(AnchoredClock clock, X509Certificate2Collection? roots = null)
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";

    /// <summary>A clock that runs so far ahead of all that is known was set by nobody.</summary>
    private static readonly TimeSpan FarAhead = TimeSpan.FromDays(366);

    /// <exception cref="LinkFailure">Time is the certificate's only fault, or this Pi's.</exception>
    public bool Holds(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 leaf || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
        var (now, known, earliest) = clock.ReadForCertificates();
        X509Certificate2[] sent = chain is null ? [] : [.. chain.ChainPolicy.ExtraStore];
        var faults = Build(leaf, sent, now, out var lastStart);
        if (faults == X509ChainStatusFlags.NotTimeValid && !known && lastStart > now)
        {
            // The time is at least the one tried, nobody knows by how much more: a certificate made later than that is no
            // wrong one. It must still hold then, all of it.
            now = lastStart;
            faults = Build(leaf, sent, now, out _);
        }

        if (faults == X509ChainStatusFlags.NoError) return true;
        if (faults != X509ChainStatusFlags.NotTimeValid) return false;
        throw new LinkFailure(!known && now - earliest > FarAhead ? LinkFault.WrongClock : LinkFault.CertificateExpired, at: now);
    }

    private X509ChainStatusFlags Build(X509Certificate2 leaf, X509Certificate2[] sent, DateTimeOffset at, out DateTimeOffset lastStart)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = at.LocalDateTime;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerUse));
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        if (roots is not null)
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        }

        var holds = chain.Build(leaf);
        lastStart = chain.ChainElements.Select(e => new DateTimeOffset(e.Certificate.NotBefore)).DefaultIfEmpty(at).Max();
        var faults = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        return holds ? X509ChainStatusFlags.NoError : faults == X509ChainStatusFlags.NoError ? X509ChainStatusFlags.PartialChain : faults;
    }
}
