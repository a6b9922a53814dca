using Microsoft.Extensions.Configuration;
using ModularRace.Shared;

namespace ModularRace.Incidents.Domain.Clips;

/// <summary>An S3-compatible store for the clips of a cloud. No record: one would print its secret.</summary>
internal sealed class S3Settings
{
    private const string Section = "Clips:S3";

    /// <summary><c>Clips__S3__ServiceUrl</c>.</summary>
    public required Uri ServiceUrl { get; init; }

    /// <summary><c>Clips__S3__Bucket</c>; it has to be there.</summary>
    public required string Bucket { get; init; }

    /// <summary><c>Clips__S3__AccessKey</c>.</summary>
    public required string AccessKey { get; init; }

    /// <summary><c>Clips__S3__SecretKey</c>.</summary>
    public required string SecretKey { get; init; }

    /// <summary><c>Clips__S3__Region</c>, which is signed; most stores but Amazon's take any.</summary>
    public required string Region { get; init; }

    /// <summary>Null: none of it is set. A part of it, or what cannot be an address, stops the start.</summary>
    public static S3Settings? Read(IConfiguration configuration)
    {
        if (!configuration.GetSection(Section).GetChildren().Any(setting => setting.Value is { Length: > 0 })) return null;
        var address = Needed("ServiceUrl");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0)
            throw new StartFailure("Clips__S3__ServiceUrl is an http or https address without a name, password or question in it.");
        return new S3Settings
        {
            ServiceUrl = url, Bucket = Needed("Bucket"), AccessKey = Needed("AccessKey"), SecretKey = Needed("SecretKey"),
            Region = configuration[$"{Section}:Region"] is { Length: > 0 } region ? region : "us-east-1",
        };

        string Needed(string name) => configuration[$"{Section}:{name}"] is { Length: > 0 } value ? value
            : throw new StartFailure($"Clips__S3__{name} is missing: clips in a bucket need Clips__S3__ServiceUrl, __Bucket, __AccessKey and __SecretKey.");
    }
}
