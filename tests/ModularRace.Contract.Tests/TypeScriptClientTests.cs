using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ModularRace.Contract.Tests;

/// <summary>A client that a program of somebody else's generates from the stored document compiles, strictly, and works.</summary>
public sealed class TypeScriptClientTests(Season season)
{
    [Fact]
    public async Task A_client_made_from_the_stored_document_reports_officialises_and_hears_a_refusal()
    {
        await RunAsync("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");
        await RunAsync("npm", "run", "build");
        var token = season.Admin.DefaultRequestHeaders.Authorization!.Parameter!;
        Assert.Matches(new Regex("incident \\d+ of By a program: official", RegexOptions.None, TimeSpan.FromSeconds(1)), await RunAsync("node", "made/smoke.js", season.CloudUrl, token));
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Checkout.PathOf("tests", "typescript-client"), RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var (said, faults) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await said}\n{await faults}");
        return await said;
    }
}
