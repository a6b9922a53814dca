using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace ModularRace.Testing;

/// <summary>An S3 server as npm has it, with one bucket: a class fixture. It can go away and come back on its port.</summary>
public sealed class BucketServer : IAsyncLifetime
{
    private const string Key = "S3RVER";
    private static readonly string Programs = Checkout.PathOf("tests", "s3-programs");
    private readonly string folder = Directory.CreateTempSubdirectory("modularrace-s3-").FullName;
    private Process? process;
    private string port = "0";

    public string Bucket => "clips";

    /// <summary>What a cloud is told of it, as environment variables.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Clips__S3__ServiceUrl"] = $"http://127.0.0.1:{port}",
        ["Clips__S3__Bucket"] = Bucket,
        ["Clips__S3__AccessKey"] = Key,
        ["Clips__S3__SecretKey"] = Key,
    };

    public async ValueTask InitializeAsync()
    {
        await NodePrograms.FetchAsync(Programs, Path.Combine("s3rver", "package.json"));
        await StartAsync();
    }

    public async Task StartAsync()
    {
        process = Process.Start(new ProcessStartInfo("node", ["server.mjs", folder, port, Bucket]) { WorkingDirectory = Programs, RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false })!;
        port = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The S3 server did not start.");
        _ = int.Parse(port, CultureInfo.InvariantCulture);
    }

    public async Task KillAsync()
    {
        if (process is null) return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>The keys of what lies in the bucket now, in order.</summary>
    public string[] Keys()
    {
        var root = Path.Combine(folder, Bucket);
        // Beside each object the server keeps what else it knows of it.
        const string Mark = "._S3rver_object";
        return Directory.Exists(root)
            ? [.. Directory.EnumerateFiles(root, $"*{Mark}", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(root, f)[..^Mark.Length]).Order(StringComparer.Ordinal)]
            : [];
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(folder, recursive: true);
    }
}
