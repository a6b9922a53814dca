using System.Diagnostics;

namespace ModularRace.Testing;

/// <summary>Programs from npm, in the versions that a lock file names.</summary>
public static class NodePrograms
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Fetched once: of several test programs that start together one does, and the others wait.</summary>
    /// <param name="folder">Where package.json and its lock file are.</param>
    /// <param name="there">A file below node_modules that is there when all is.</param>
    public static async Task FetchAsync(string folder, params IReadOnlyCollection<string> there)
    {
        for (var patience = Stopwatch.StartNew(); ;)
        {
            try
            {
                await using var turn = new FileStream(Path.Combine(folder, ".turn"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                if (!there.All(file => File.Exists(Path.Combine(folder, "node_modules", file)))) await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder);
                return;
            }
            catch (IOException) when (patience.Elapsed < Patience)
            {
                await Task.Delay(200);
            }
        }
    }

    /// <summary>Answers what it wrote.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var (said, faults) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program}: {await said}\n{await faults}");
        return await said;
    }
}
