using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Clips;
using ModularRace.Incidents.Features.Reporting;

namespace ModularRace.Incidents.Tests.Features.Clearing;

/// <summary>R13: the card has its room back when a Pi is cleared, and what was not confirmed keeps its clip.</summary>
public sealed class ClearClipsTests(ClearClipsTests.Pi pi) : IClassFixture<ClearClipsTests.Pi>
{
    [Fact]
    public async Task The_clips_of_what_goes_are_gone_from_the_card_and_those_of_what_stays_are_there()
    {
        var course = await Course.Of(pi);
        var (goes, stays) = (await course.Report(bib: 3), await course.Report(bib: 4, seconds: 600));
        var (alone, shared) = (await SendAsync(course, goes, 40_000, seed: 1), await SendAsync(course, stays, 50_000, seed: 2));
        // The same content with both: it is still named.
        Assert.Equal(shared, await SendAsync(course, await course.Report(bib: 5, seconds: 1200), 50_000, seed: 2));
        var begun = await BeginAsync(course, await course.Report(bib: 6, seconds: 1800), 30_000);
        var begunToo = await BeginAsync(course, await course.Report(bib: 7, seconds: 2400), 30_000);
        Assert.Equal(40_000 + 50_000 + 200, pi.Bytes);

        var kept = await course.Send(new ClearIncidentRecords([stays.Report.ClientUuid, begunToo.ReportUuid]));
        Assert.Equal(2, kept.Incidents.Count);
        Assert.Equal((false, true), (pi.Lies(alone), pi.Lies(shared)));
        Assert.Equal((false, true), (pi.LiesIncoming(begun.UploadUuid), pi.LiesIncoming(begunToo.UploadUuid)));
        Assert.Equal(50_000 + 100, pi.Bytes);
        Assert.Equal([shared], await pi.Sql.QueryAsync<string>("SELECT sha256 FROM incidents.clips"));

        await course.Send(new ClearIncidentRecords([]));
        Assert.Equal(0, pi.Bytes);
    }

    [Fact]
    public async Task Where_the_power_goes_between_the_rows_and_the_files_the_sweep_gives_the_room_back()
    {
        var course = await Course.Of(pi);
        var (goes, stays) = (await course.Report(bib: 13), await course.Report(bib: 14, seconds: 600));
        var (gone, there) = (await SendAsync(course, goes, 40_000, seed: 3), await SendAsync(course, stays, 50_000, seed: 4));
        var kept = new ClearIncidentRecords([stays.Report.ClientUuid]);
        pi.PowerGoes = true;
        await course.Send(kept);
        pi.PowerGoes = false;
        Assert.Empty(await pi.Sql.QueryAsync<Guid>($"SELECT client_uuid FROM incidents.reports WHERE client_uuid = '{goes.Report.ClientUuid}'"));
        Assert.Equal((true, true), (pi.Lies(gone), pi.Lies(there)));

        pi.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, (await pi.Send(new SweepClips())).Clips);
        Assert.Equal((false, true), (pi.Lies(gone), pi.Lies(there)));

        // The row went as well, and the file did not.
        await course.Send(new ClearIncidentRecords([]));
        await File.WriteAllBytesAsync(pi.PathOf(there), ClipFiles.Mp4(50_000, seed: 4), TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(pi.PathOf(there), pi.Time.GetUtcNow().UtcDateTime.AddDays(-2));
        Assert.Equal(1, (await pi.Send(new SweepClips())).Clips);
        Assert.Equal(0, pi.Bytes);
    }

    private static async Task<string> SendAsync(Course course, ReportedIncident reported, int bytes, int seed)
    {
        var clip = ClipFiles.Mp4(bytes, seed);
        var begun = await course.Send(new BeginClip(reported.Report.ClientUuid, clip.Length, ClipFiles.Sha256(clip)));
        await course.Send(new WriteClip(begun.UploadUuid, 0, null, clip.Length, new MemoryStream(clip)));
        return ClipFiles.Sha256(clip);
    }

    /// <summary>A clip of which a hundred bytes came.</summary>
    private static async Task<ClipProgress> BeginAsync(Course course, ReportedIncident reported, int bytes)
    {
        var begun = await course.Send(new BeginClip(reported.Report.ClientUuid, bytes, null));
        await course.Send(new WriteClip(begun.UploadUuid, 0, null, null, new MemoryStream(new byte[100])));
        return begun;
    }

    /// <summary>A Pi whose power can go after a commit, before what follows it.</summary>
    public sealed class Pi : PiModules
    {
        public bool PowerGoes { get; set; }

        public long Bytes => Directory.Exists(Folder) ? new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length) : 0;

        private string Folder => Path.Combine(Services.GetRequiredService<ClipSettings>().Directory, "device");

        public string PathOf(string sha256) => Path.Combine(Folder, sha256[..2], sha256);

        public bool Lies(string sha256) => File.Exists(PathOf(sha256));

        public bool LiesIncoming(Guid upload) => File.Exists(Path.Combine(Folder, "incoming", upload.ToString("N")));

        protected override void Configure(IServiceCollection services)
        {
            services.AddScoped<DropClipHandler>();
            services.Replace(ServiceDescriptor.Scoped<IRequestHandler<DropClip, bool>>(provider => new Powered(this, provider.GetRequiredService<DropClipHandler>())));
        }

        private sealed class Powered(Pi pi, DropClipHandler inner) : IRequestHandler<DropClip, bool>
        {
            public Task<bool> Handle(DropClip request, CancellationToken cancellationToken) =>
                pi.PowerGoes ? throw new IOException("The power went.") : inner.Handle(request, cancellationToken);
        }
    }
}
