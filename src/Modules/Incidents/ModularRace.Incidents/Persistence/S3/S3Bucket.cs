using System.Net;
using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Persistence.S3;

/// <summary>
/// One bucket of an S3-compatible store (https://docs.aws.amazon.com/AmazonS3/latest/API). What it does not find is null or
/// false; whatever else goes wrong there is 503 <c>clip_store_unreachable</c>, for the sender to come again.
/// </summary>
internal sealed class S3Bucket : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5), ComeAgain = TimeSpan.FromSeconds(30);
    private readonly AmazonS3Client client;
    private readonly string name;
    private readonly ILogger<S3Bucket> logger;

    public S3Bucket(S3Settings settings, ILogger<S3Bucket> logger)
    {
        this.logger = logger;
        name = settings.Bucket;
        client = new AmazonS3Client(
            new BasicAWSCredentials(settings.AccessKey, settings.SecretKey),
            new AmazonS3Config
            {
                ServiceURL = settings.ServiceUrl.ToString(),
                AuthenticationRegion = settings.Region,
                // A bucket as a part of the host's name is Amazon's own way; the path is what all take.
                ForcePathStyle = true,
                // The SDK's own CRC trailers are more than many compatible stores take; the SHA-256 of what is put is signed.
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
                Timeout = Patience,
            });
    }

    /// <summary>The whole object or none: an object is seen when its last byte is there and its signed digest is right.</summary>
    public Task PutAsync(string key, Stream content, CancellationToken cancellationToken) => AskAsync(async () =>
    {
        await client.PutObjectAsync(new PutObjectRequest { BucketName = name, Key = key, InputStream = content, AutoCloseStream = false, AutoResetStreamPosition = false, UseChunkEncoding = false }, cancellationToken);
        return true;
    }, cancellationToken);

    /// <summary>Its bytes; null: it is not there.</summary>
    public Task<long?> LengthAsync(string key, CancellationToken cancellationToken) => AskAsync<long?>(async () =>
        (await client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = name, Key = key }, cancellationToken)).ContentLength, cancellationToken);

    /// <summary>Its bytes from that place on, to be closed by who reads; null: it is not there.</summary>
    public Task<GetObjectResponse?> GetAsync(string key, long from, CancellationToken cancellationToken) => AskAsync<GetObjectResponse?>(async () =>
        await client.GetObjectAsync(new GetObjectRequest { BucketName = name, Key = key, ByteRange = from > 0 ? new ByteRange($"bytes={from}-") : null }, cancellationToken), cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => AskAsync(async () =>
    {
        await client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = name, Key = key }, cancellationToken);
        return true;
    }, cancellationToken);

    /// <summary>All whose key begins so, in the order of their keys.</summary>
    public async IAsyncEnumerable<S3Object> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = name, Prefix = prefix };
        ListObjectsV2Response? page;
        do
        {
            page = await AskAsync<ListObjectsV2Response?>(async () => await client.ListObjectsV2Async(request, cancellationToken), cancellationToken) ?? throw Away();
            foreach (var entry in page.S3Objects ?? []) yield return entry;
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public void Dispose() => client.Dispose();

    public static Problem Away() => new(503, "clip_store_unreachable", "Where clips are kept does not answer just now. The report itself is kept; send the clip again.") { RetryAfter = ComeAgain };

    private async Task<T?> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode != "NoSuchBucket")
        {
            return default;
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            logger.LogWarning(e, "The bucket {Bucket} of clips cannot be used", name);
            throw Away();
        }
    }
}
