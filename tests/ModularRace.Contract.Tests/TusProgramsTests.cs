using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary>The tus project's own client brings a clip to this server, over a connection that breaks and with pauses, and the same bytes lie there.</summary>
public sealed class TusProgramsTests(TusProgramsTests.Programs programs, Season season) : IClassFixture<TusProgramsTests.Programs>
{
    [Theory, InlineData("whole", 400_000), InlineData("cuts", 1_200_000), InlineData("pauses", 900_000), InlineData("twice", 700_000)]
    public async Task The_real_client_uploads_and_the_same_bytes_are_there(string how, int size)
    {
        var course = await season.CourseAsync();
        var report = (await course.ReportAsync(season.Admin))["report"]!.Of("client_uuid");
        var clip = how == "pauses" ? ClipFiles.WebM(size, seed: size) : ClipFiles.Mp4(size, seed: size);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, clip, TestContext.Current.CancellationToken);
            var told = JsonNode.Parse(await programs.RunAsync("node", "upload.mjs", how, season.CloudUrl, season.Admin.DefaultRequestHeaders.Authorization!.Parameter!, report, file))!;
            Assert.True((int)told["cuts"]! == (how == "cuts" ? 12 : 0) && (how != "pauses" || (int)told["pauses"]! >= 3), told.ToJsonString());
            Assert.Equal(clip, await season.Admin.GetByteArrayAsync($"api/v1/reports/{report}/clip"));
            using var head = await season.Admin.HeadClip(told.Of("url"));
            Assert.Equal(size, head.Offset());
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What npm has of the tus project, in the versions that the lock file names.</summary>
    public sealed class Programs : IAsyncLifetime
    {
        public async ValueTask InitializeAsync() => await RunAsync("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public async Task<string> RunAsync(string program, params string[] arguments)
        {
            var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Checkout.PathOf("tests", "tus-programs"), RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            using var process = Process.Start(start)!;
            var (said, faults) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await said}\n{await faults}");
            return await said;
        }
    }
}
