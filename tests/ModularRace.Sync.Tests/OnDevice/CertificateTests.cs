using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Link;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>Decision 13: real TLS servers with certificates of a CA made here, before Pis whose clocks are right, lost or wrong.</summary>
public sealed class CertificateTests : IDisposable
{
    private static readonly DateTimeOffset Now = Instants.ToMilliseconds(TimeProvider.System.GetUtcNow());
    private static readonly DateTimeOffset Lost = DateTimeOffset.UnixEpoch.AddSeconds(40);
    private readonly Authority authority = new();

    public void Dispose() => authority.Dispose();

    [Fact]
    public Task A_certificate_that_holds_is_taken() => Reaches(new Clocks(Now), From(-30, 30));

    [Fact]
    public Task A_Pi_that_starts_in_1970_reaches_the_cloud_and_knows_the_time_then() => Reaches(new Clocks(Lost), From(-30, 30));

    [Fact]
    public async Task A_certificate_that_was_renewed_since_the_last_contact_is_no_wrong_one()
    {
        var clocks = new Clocks(Lost);
        clocks.LastContactIn(another: true, Now.AddDays(30));
        await Reaches(clocks, From(50, 110));
    }

    [Fact]
    public async Task A_lost_clock_takes_no_certificate_that_ended_before_the_last_contact()
    {
        var clocks = new Clocks(Lost);
        clocks.LastContactIn(another: true, Now.AddDays(30));
        await Fails(clocks, From(-30, 20), LinkFault.CertificateExpired);
    }

    [Fact]
    public Task Nor_one_that_ended_before_this_software_was_built() => Fails(new Clocks(Lost), From(-90, -5), LinkFault.CertificateExpired);

    [Fact]
    public Task A_clock_years_ahead_is_named_as_the_fault() =>
        Fails(new Clocks(Now.AddDays(4000)), From(-30, 30), LinkFault.WrongClock, Now.AddDays(4000).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public async Task A_clock_that_is_set_wrong_after_a_contact_does_no_harm()
    {
        foreach (var wall in new[] { Lost, Now.AddDays(4000) })
        {
            var clocks = new Clocks(wall);
            clocks.LastContactIn(another: false, Now);
            await Reaches(clocks, From(-30, 30));
        }
    }

    [Fact]
    public async Task Nor_does_a_wrong_clock_make_good_what_has_run_out()
    {
        var clocks = new Clocks(Now.AddDays(-60));
        clocks.LastContactIn(another: false, Now);
        await Fails(clocks, From(-90, -30), LinkFault.CertificateExpired);
    }

    [Fact]
    public Task A_name_that_is_not_the_servers_is_refused_whatever_the_clock() => Fails(new Clocks(Lost), From(-30, 30, "198.51.100.7"), LinkFault.Tls);

    [Fact]
    public async Task An_issuer_that_nobody_trusts_is_refused_whatever_the_clock()
    {
        using var other = new Authority();
        await Fails(new Clocks(Lost), other.Issue(Now.AddDays(-30), Now.AddDays(30), "127.0.0.1"), LinkFault.Tls);
        await Fails(new Clocks(Now), other.Issue(Now.AddDays(-30), Now.AddDays(-3), "127.0.0.1"), LinkFault.Tls);
    }

    private SslStreamCertificateContext From(int firstDay, int lastDay, string name = "127.0.0.1") => authority.Issue(Now.AddDays(firstDay), Now.AddDays(lastDay), name);

    private async Task Reaches(Clocks clocks, SslStreamCertificateContext certificate)
    {
        await using var server = new SmallServer(_ => LinkTests.Json(LinkTests.Health), certificate);
        using var pi = new LinkedPi(clocks.Clock, authority.Roots);
        await pi.Link.ProbeAsync(server.Address, TestContext.Current.CancellationToken);
        Assert.True(pi.State.Online);
        Assert.Equal(ClockSources.Monotonic, clocks.Clock.Read().Source);
    }

    private async Task Fails(Clocks clocks, SslStreamCertificateContext certificate, LinkFault fault, string? said = null)
    {
        await using var server = new SmallServer(_ => LinkTests.Json(LinkTests.Health), certificate);
        using var pi = new LinkedPi(clocks.Clock, authority.Roots);
        var failure = await Assert.ThrowsAsync<LinkFailure>(() => pi.Link.ProbeAsync(server.Address, TestContext.Current.CancellationToken));
        Assert.Equal(fault, failure.Fault);
        Assert.False(pi.State.Online);
        Assert.Contains(said ?? "", pi.State.LastError, StringComparison.Ordinal);
    }

    /// <summary>A wall clock, and the contacts that this Pi had before.</summary>
    private sealed class Clocks
    {
        private readonly FakeBoot boot = new();
        private readonly MemoryAnchors anchors = new();

        public Clocks(DateTimeOffset wall) => Clock = new AnchoredClock(new FakeTimeProvider(wall), boot, anchors);

        public AnchoredClock Clock { get; }

        public void LastContactIn(bool another, DateTimeOffset cloud) => anchors.SaveAsync(
            new ClockAnchor(another ? Uuids.New(TimeProvider.System) : boot.BootId, boot.MonotonicMs, cloud, cloud, 20), CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>A root, and an issuer below it, which servers send along.</summary>
    private sealed class Authority : IDisposable
    {
        private readonly ECDsa issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        private readonly X509Certificate2 root;
        private readonly X509Certificate2 issuer;

        public Authority()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            root = Request("Trial root", key, isAuthority: true).CreateSelfSigned(Now.AddYears(-5), Now.AddYears(20));
            using var signed = Request("Trial issuer", issuerKey, isAuthority: true).Create(root, Now.AddYears(-5), Now.AddYears(19), Serial());
            issuer = signed.CopyWithPrivateKey(issuerKey);
            Roots = [X509CertificateLoader.LoadCertificate(root.RawData)];
        }

        public X509Certificate2Collection Roots { get; }

        public SslStreamCertificateContext Issue(DateTimeOffset from, DateTimeOffset until, string address)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = Request("Trial server", key, isAuthority: false);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Parse(address));
            request.CertificateExtensions.Add(names.Build());
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
            using var signed = request.Create(issuer, from, until, Serial());
            return SslStreamCertificateContext.Create(signed.CopyWithPrivateKey(key), [X509CertificateLoader.LoadCertificate(issuer.RawData)], offline: true);
        }

        public void Dispose()
        {
            root.Dispose();
            issuer.Dispose();
            issuerKey.Dispose();
        }

        private static CertificateRequest Request(string name, ECDsa key, bool isAuthority)
        {
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, hasPathLengthConstraint: false, 0, critical: true));
            return request;
        }

        private static byte[] Serial() => RandomNumberGenerator.GetBytes(12);
    }
}
