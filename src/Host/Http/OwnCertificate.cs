using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;

namespace ModularRace.Host.Http;

/// <summary>
/// The certificate of the <see cref="PhoneDoor"/>: this Pi's own, made when it first starts with a door and kept in its database,
/// so that its fingerprint stays the same. Nobody vouches for it but who compares that fingerprint with the Pi's screen.
/// </summary>
internal sealed class OwnCertificate
{
    /// <summary>Browsers take none that holds for more than 825 days.</summary>
    private static readonly TimeSpan Holds = TimeSpan.FromDays(800), RenewedBefore = TimeSpan.FromDays(60);

    /// <summary>A Pi without a clock battery may start in 1970: a certificate of that year would be refused for ever.</summary>
    private static readonly DateTimeOffset Earliest = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private X509Certificate2? current;

    /// <summary>Made or loaded before the first request.</summary>
    public X509Certificate2 Current => current ?? throw new InvalidOperationException("The certificate is loaded before the host listens.");

    /// <summary>SHA-256 over the certificate, as browsers show it: 32 pairs of hexadecimal digits, with colons.</summary>
    public string Fingerprint => Convert.ToHexString(Current.GetCertHash(HashAlgorithmName.SHA256)).Chunk(2).Select(pair => new string(pair)).Aggregate((a, b) => $"{a}:{b}");

    public async Task LoadAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDbContext>();
        var now = scope.ServiceProvider.GetRequiredService<TimeProvider>().GetUtcNow();
        var from = now > Earliest ? now : Earliest;
        var kept = await db.OwnCertificates.AsNoTracking().OrderByDescending(c => c.Id).FirstOrDefaultAsync(cancellationToken);
        if (kept is not null)
        {
            current = X509CertificateLoader.LoadPkcs12(kept.Pkcs12, password: null);
            if (current.NotAfter.ToUniversalTime() - RenewedBefore > from.UtcDateTime) return;
            current.Dispose();
        }

        using var made = Make(from);
        var row = new OwnCertificateRow { Pkcs12 = made.Export(X509ContentType.Pkcs12), MadeAt = now };
        db.OwnCertificates.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        current = X509CertificateLoader.LoadPkcs12(row.Pkcs12, password: null);
    }

    private static X509Certificate2 Make(DateTimeOffset from)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=ModularRace Pi {Environment.MachineName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Environment.MachineName);
        names.AddDnsName($"{Environment.MachineName}.local");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "Server authentication")], critical: false));
        // A phone's clock may be a little behind.
        return request.CreateSelfSigned(from.AddDays(-1), from + Holds);
    }
}
