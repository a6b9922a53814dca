using Microsoft.Extensions.DependencyInjection;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Clips;

namespace ModularRace.Incidents.Tests.Features.Clips;

/// <summary>Nothing that nobody names stays; nothing that somebody names goes.</summary>
public sealed class SweepClipsTests(CloudModules modules) : IClassFixture<CloudModules>
{
    private string Folder => Path.Combine(modules.Services.GetRequiredService<ClipSettings>().Directory, "cloud");

    [Fact]
    public async Task What_a_report_names_stays_and_what_nobody_names_goes_with_its_bytes()
    {
        // What other tests of this database sent is not counted, in whatever order they ran.
        await modules.Sql.ExecuteAsync("DELETE FROM incidents.clip_uploads");
        var course = await Course.Of(modules);
        var (named, unnamed) = ((await course.Report(bib: 3)).Report.ClientUuid, (await course.Report(bib: 4)).Report.ClientUuid);
        var kept = await SendAsync(course, named, ClipFiles.Mp4(5000, seed: 21));
        var left = await SendAsync(course, unnamed, ClipFiles.WebM(5000, seed: 22));
        var begun = await course.Send(new BeginClip((await course.Report(bib: 5)).Report.ClientUuid, 5000, new string('c', 64)));
        await course.Send(new WriteClip(begun.UploadUuid, 0, null, null, new MemoryStream(new byte[100])));
        await modules.Sql.ExecuteAsync($"UPDATE incidents.reports SET clip_sha256 = NULL, clip_size_bytes = NULL, clip_content_type = NULL, clip_duration_ms = NULL WHERE client_uuid = '{unnamed}'");
        // A host that died before its row was written.
        var stray = Path.Combine(Folder, "ab", string.Concat(Enumerable.Repeat("ab", 32)));
        Directory.CreateDirectory(Path.GetDirectoryName(stray)!);
        await File.WriteAllTextAsync(stray, "nobody's", TestContext.Current.CancellationToken);

        modules.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(new SweptClips(0, 0), await modules.Send(new SweepClips()));
        Assert.True(File.Exists(stray));

        // The answered uploads first: as long as they are asked about, their clips are named.
        modules.Time.Advance(TimeSpan.FromDays(2));
        File.SetLastWriteTimeUtc(stray, modules.Time.GetUtcNow().UtcDateTime.AddDays(-2));
        Assert.Equal(new SweptClips(2, 1), await modules.Send(new SweepClips()));
        Assert.Equal((true, true, false), (Lies(kept), Lies(left), File.Exists(stray)));

        // What a side said last of the report named it still (R8).
        await modules.Sql.ExecuteAsync($"UPDATE sync.record_edits SET content = content - 'clip' WHERE client_uuid = '{unnamed}'");
        Assert.Equal(new SweptClips(0, 1), await modules.Send(new SweepClips()));
        Assert.Equal((true, false), (Lies(kept), Lies(left)));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(Folder, "incoming")));

        modules.Time.Advance(TimeSpan.FromDays(15));
        Assert.Equal(new SweptClips(1, 0), await modules.Send(new SweepClips()));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Folder, "incoming")));
        Assert.True(Lies(kept));
    }

    [Fact]
    public async Task A_clip_that_two_reports_name_lies_there_once()
    {
        var course = await Course.Of(modules);
        var clip = ClipFiles.Mp4(6000, seed: 23);
        var digests = new[] { await SendAsync(course, (await course.Report(bib: 7)).Report.ClientUuid, clip), await SendAsync(course, (await course.Report(bib: 8)).Report.ClientUuid, clip) };
        Assert.Equal(digests[0], digests[1]);
        Assert.Equal(clip, await File.ReadAllBytesAsync(PathOf(digests[0]), TestContext.Current.CancellationToken));
        Assert.Equal(1, (await modules.Sql.QueryAsync<long>($"SELECT count(*) FROM incidents.clips WHERE sha256 = '{digests[0]}' AND state = 'stored'")).Single());
    }

    private static async Task<string> SendAsync(Course course, Guid report, byte[] clip)
    {
        var begun = await course.Send(new BeginClip(report, clip.Length, null));
        Assert.Equal(clip.Length, (await course.Send(new WriteClip(begun.UploadUuid, 0, null, clip.Length, new MemoryStream(clip)))).Offset);
        return ClipFiles.Sha256(clip);
    }

    private string PathOf(string sha256) => Path.Combine(Folder, sha256[..2], sha256);

    private bool Lies(string sha256) => File.Exists(PathOf(sha256));
}
