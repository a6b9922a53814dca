using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Incidents.Persistence.S3;

namespace ModularRace.Incidents.Tests.Features.Clips;

/// <summary>A cloud whose clips lie in a bucket.</summary>
public sealed class WithBucket : CloudModules
{
    internal BucketServer Store { get; } = new();

    public override async ValueTask InitializeAsync()
    {
        await Store.InitializeAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Store.DisposeAsync();
    }

    protected override void Configure(IServiceCollection services)
    {
        var said = Store.Settings;
        services.AddSingleton(new S3Settings
        {
            ServiceUrl = new Uri(said["Clips__S3__ServiceUrl"]), Bucket = said["Clips__S3__Bucket"], AccessKey = said["Clips__S3__AccessKey"], SecretKey = said["Clips__S3__SecretKey"], Region = "us-east-1",
        });
        services.AddSingleton<S3Bucket>();
        services.AddSingleton<S3ClipStore>();
        services.Replace(ServiceDescriptor.Singleton<IClipStore>(made => made.GetRequiredService<S3ClipStore>()));
    }
}

/// <summary>In a bucket too nothing stays that nobody names, nothing goes that somebody names, and what is not ours is not touched.</summary>
public sealed class BucketSweepTests(WithBucket modules) : IClassFixture<WithBucket>
{
    [Fact]
    public async Task What_nobody_names_goes_and_what_is_named_or_somebody_elses_stays()
    {
        // Objects are as old as the machine's clock says, whatever time it is in the test.
        modules.Time.Advance(TimeProvider.System.GetUtcNow() - modules.Time.GetUtcNow());
        var course = await Course.Of(modules);
        var (named, unnamed) = ((await course.Report(bib: 3)).Report.ClientUuid, (await course.Report(bib: 4)).Report.ClientUuid);
        var kept = await SendAsync(course, named, ClipFiles.Mp4(5000, seed: 31));
        var left = await SendAsync(course, unnamed, ClipFiles.WebM(5000, seed: 32));
        var begun = await course.Send(new BeginClip((await course.Report(bib: 5)).Report.ClientUuid, 5000, new string('c', 64)));
        await course.Send(new WriteClip(begun.UploadUuid, 0, null, null, new MemoryStream(new byte[100])));
        await modules.Sql.ExecuteAsync($"UPDATE incidents.reports SET clip_sha256 = NULL, clip_size_bytes = NULL, clip_content_type = NULL, clip_duration_ms = NULL WHERE client_uuid = '{unnamed}'");
        await modules.Sql.ExecuteAsync($"UPDATE sync.record_edits SET content = content - 'clip' WHERE client_uuid = '{unnamed}'");
        var bucket = modules.Services.GetRequiredService<S3Bucket>();
        var stray = string.Concat(Enumerable.Repeat("ab", 32));
        string[] others = ["logo.png", $"backup/{stray}", $"zz/{stray}"];
        foreach (var key in (string[])[.. others, $"ab/{stray}", $"ab/{stray}.jpg"])
            await bucket.PutAsync(key, new MemoryStream([1, 2, 3]), TestContext.Current.CancellationToken);

        modules.Time.Advance(TimeSpan.FromHours(2));
        await modules.Send(new SweepClips());
        Assert.Contains($"ab/{stray}", modules.Store.Keys());
        Assert.Equal((true, true, true), (Lies(kept), await BytesAsync(kept) == 5000, modules.Store.Keys().Any(k => k.StartsWith($"incoming/{begun.UploadUuid:N}/", StringComparison.Ordinal))));

        modules.Time.Advance(TimeSpan.FromDays(15));
        await modules.Send(new SweepClips());
        Assert.Equal([.. others.Append(KeyOf(kept)).Order(StringComparer.Ordinal)], modules.Store.Keys());
        Assert.Equal(5000, await BytesAsync(kept));
        Assert.False(Lies(left));
    }

    [Fact]
    public async Task Pieces_of_two_writers_make_one_whole_and_a_gap_ends_it()
    {
        var store = modules.Services.GetRequiredService<S3ClipStore>();
        var upload = Guid.Parse("00000000-0000-7000-8000-0000000000a1");
        byte[] bytes = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        // The second found 50 noted and wrote further than the first, which came back; the last lies beyond a gap.
        await PutAsync(store, upload, bytes, 0, 50);
        await PutAsync(store, upload, bytes, 50, 60);
        await PutAsync(store, upload, bytes, 50, 120);
        await PutAsync(store, upload, bytes, 40, 130);
        await PutAsync(store, upload, bytes, 150, 200);
        Assert.Equal(130, await store.IncomingLengthAsync(upload, TestContext.Current.CancellationToken));
        await using (var file = await store.ReadIncomingAsync(upload, TestContext.Current.CancellationToken))
        {
            var whole = new byte[file.Bytes.Length];
            file.Bytes.Position = 0;
            await file.Bytes.ReadExactlyAsync(whole, TestContext.Current.CancellationToken);
            Assert.Equal(bytes[..130], whole);
        }

        await store.DropIncomingAsync(upload, TestContext.Current.CancellationToken);
        Assert.Equal(0, await store.IncomingLengthAsync(upload, TestContext.Current.CancellationToken));
    }

    private static async Task PutAsync(S3ClipStore store, Guid upload, byte[] bytes, int from, int to)
    {
        await using var landing = await store.OpenIncomingAsync(upload, from, TestContext.Current.CancellationToken);
        await landing.WriteAsync(bytes.AsMemory(from..to), TestContext.Current.CancellationToken);
        await landing.FlushAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string> SendAsync(Course course, Guid report, byte[] clip)
    {
        var begun = await course.Send(new BeginClip(report, clip.Length, null));
        Assert.Equal(clip.Length, (await course.Send(new WriteClip(begun.UploadUuid, 0, null, clip.Length, new MemoryStream(clip)))).Offset);
        return ClipFiles.Sha256(clip);
    }

    private async Task<long?> BytesAsync(string sha256) => await modules.Services.GetRequiredService<S3Bucket>().LengthAsync(KeyOf(sha256), TestContext.Current.CancellationToken);

    private static string KeyOf(string sha256) => $"{sha256[..2]}/{sha256}";

    private bool Lies(string sha256) => modules.Store.Keys().Contains(KeyOf(sha256));
}
