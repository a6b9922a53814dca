using System.Globalization;
using System.Runtime.CompilerServices;
using ModularRace.Incidents.Domain.Clips;

namespace ModularRace.Incidents.Persistence.S3;

/// <summary>
/// Clips in a bucket that all replicas of a cloud see, under the names that they have in a folder: one is copied to the other
/// by any tool. What comes in lies there too, each piece that was noted as an object of its own, so that any replica goes on
/// where another stopped; a replica's disk holds only what it is at.
/// </summary>
internal sealed class S3ClipStore(S3Bucket bucket, ClipSettings settings) : IClipStore
{
    private const string Coming = "incoming/";

    private readonly ScratchFolder scratch = new(Path.Combine(settings.Directory, "scratch"));

    public Task<IClipLanding> OpenIncomingAsync(Guid upload, long from, CancellationToken cancellationToken) =>
        Task.FromResult<IClipLanding>(new S3Landing(bucket, scratch.Open(), (start, end) => PieceOf(upload, start, end), from));

    public async Task<ClipFile> ReadIncomingAsync(Guid upload, CancellationToken cancellationToken)
    {
        var file = scratch.Open();
        try
        {
            foreach (var piece in await PiecesAsync(upload, cancellationToken))
                await BringAsync(PieceOf(upload, piece.From, piece.To), file.Length - piece.From, file, cancellationToken);
            return new ClipFile(file);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public async Task<long> IncomingLengthAsync(Guid upload, CancellationToken cancellationToken) => (await PiecesAsync(upload, cancellationToken)) is [.., var last] ? last.To : 0;

    public async Task DropIncomingAsync(Guid upload, CancellationToken cancellationToken)
    {
        await foreach (var entry in bucket.ListAsync(FolderOf(upload), cancellationToken)) await bucket.DeleteAsync(entry.Key, cancellationToken);
    }

    /// <summary>At its place at once: what lies under a digest has it, and where no row follows, the sweep takes it.</summary>
    public async Task StageAsync(Guid upload, string sha256, ClipFile whole, CancellationToken cancellationToken)
    {
        whole.Bytes.Position = 0;
        await bucket.PutAsync(KeyOf(sha256), whole.Bytes, cancellationToken);
    }

    /// <summary>The sweep may have been there in between: then it is sent again.</summary>
    public async Task KeepAsync(Guid upload, string sha256, CancellationToken cancellationToken)
    {
        if (await bucket.LengthAsync(KeyOf(sha256), cancellationToken) is null) throw S3Bucket.Away();
    }

    public async Task<bool> HoldsAsync(string sha256, long sizeBytes, CancellationToken cancellationToken) => await bucket.LengthAsync(KeyOf(sha256), cancellationToken) == sizeBytes;

    public async Task<Stream?> TryOpenAsync(string sha256, CancellationToken cancellationToken) =>
        await bucket.LengthAsync(KeyOf(sha256), cancellationToken) is { } length ? new S3Reading(bucket, KeyOf(sha256), length) : null;

    public async Task<ClipFile?> TryFileAsync(string sha256, CancellationToken cancellationToken)
    {
        var file = scratch.Open();
        try
        {
            if (await BringAsync(KeyOf(sha256), 0, file, cancellationToken)) return new ClipFile(file);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }

        await file.DisposeAsync();
        return null;
    }

    public async Task KeepPosterAsync(string sha256, byte[] jpeg, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(jpeg, writable: false);
        await bucket.PutAsync(PosterOf(sha256), content, cancellationToken);
    }

    public async Task<Stream?> TryOpenPosterAsync(string sha256, CancellationToken cancellationToken) =>
        await bucket.LengthAsync(PosterOf(sha256), cancellationToken) is { } length ? new S3Reading(bucket, PosterOf(sha256), length) : null;

    public async Task DropAsync(string sha256, CancellationToken cancellationToken)
    {
        await bucket.DeleteAsync(KeyOf(sha256), cancellationToken);
        await bucket.DeleteAsync(PosterOf(sha256), cancellationToken);
    }

    /// <summary>What else lies in the bucket is somebody else's, and stays.</summary>
    public IAsyncEnumerable<string> AllAsync(DateTimeOffset before, CancellationToken cancellationToken) => bucket.ListAsync("", cancellationToken)
        .Where(entry => entry.LastModified?.ToUniversalTime() < before.UtcDateTime).Select(entry => entry.Key)
        .Select(key => (Key: key, Digest: key.Split('/')[^1].Split('.')[0]))
        .Where(found => ClipFolder.IsDigest(found.Digest) && (found.Key == KeyOf(found.Digest) || found.Key == PosterOf(found.Digest))).Select(found => found.Digest);

    public async IAsyncEnumerable<Guid> AllIncomingAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = Guid.Empty;
        await foreach (var entry in bucket.ListAsync(Coming, cancellationToken))
        {
            if (!Guid.TryParseExact(entry.Key.Split('/')[1], "N", out var upload) || upload == last) continue;
            yield return last = upload;
        }
    }

    /// <summary>The bucket has no end that it tells; but each clip goes through this disk.</summary>
    public double? Free() => scratch.Free();

    /// <summary>False: it is not there.</summary>
    private async Task<bool> BringAsync(string key, long from, FileStream to, CancellationToken cancellationToken)
    {
        using var answer = await bucket.GetAsync(key, from, cancellationToken);
        if (answer is null) return false;
        try
        {
            await answer.ResponseStream.CopyToAsync(to, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw S3Bucket.Away();
        }

        await to.FlushAsync(cancellationToken);
        return true;
    }

    /// <summary>Those that follow each other without a gap from the first byte on. Two replicas may have written the same bytes in pieces of other lengths: the longest goes on.</summary>
    private async Task<List<(long From, long To)>> PiecesAsync(Guid upload, CancellationToken cancellationToken)
    {
        var lying = await bucket.ListAsync(FolderOf(upload), cancellationToken).Select(entry => entry.Key.Split('/')[^1].Split('-'))
            .Where(name => name.Length == 2).Select(name => (From: Number(name[0]), To: Number(name[1]))).OrderBy(piece => piece.From).ToListAsync(cancellationToken);
        var chain = new List<(long From, long To)>();
        long reached = 0;
        for (var next = 0; ;)
        {
            var longest = (From: 0L, To: 0L);
            for (; next < lying.Count && lying[next].From <= reached; next++)
                if (lying[next].To > longest.To) longest = lying[next];
            if (longest.To <= reached) return chain;
            chain.Add(longest);
            reached = longest.To;
        }
    }

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : long.MaxValue;

    private static string FolderOf(Guid upload) => $"{Coming}{upload:N}/";

    private static string PieceOf(Guid upload, long from, long to) => string.Create(CultureInfo.InvariantCulture, $"{FolderOf(upload)}{from:D12}-{to:D12}");

    private static string KeyOf(string sha256) => ClipFolder.IsDigest(sha256) ? $"{sha256[..2]}/{sha256}" : throw new ArgumentException("It is no SHA-256.", nameof(sha256));

    private static string PosterOf(string sha256) => $"{KeyOf(sha256)}.jpg";
}
