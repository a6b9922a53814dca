using System.ComponentModel;
using System.Diagnostics;

namespace ModularRace.Incidents.Domain.Clips;

/// <summary>
/// Runs a program that reads what strangers sent: with little time, memory and output, behind whatever else the machine does,
/// and without this host's environment, where passwords are.
/// </summary>
internal static class BoundedProgram
{
    /// <summary>
    /// Of the address space, in KB; no core, few open files. Where memory runs out it is ended before anything else is.
    /// </summary>
    private const string Always = "{ echo 1000 >/proc/self/oom_score_adj; } 2>/dev/null; ulimit -v 1572864 && ulimit -c 0 && ulimit -n 64 && ulimit -f ";

    /// <summary>What the shell counts a file's length in.</summary>
    private const int FileBlock = 512;

    /// <summary>Of the processor's time, in seconds.</summary>
    private const string Briefly = " && ulimit -t 20";

    private const string Run = " && exec nice -n 19 \"$0\" \"$@\"";

    /// <summary>What it wrote to its standard output; null: it failed, took too long, wrote too much, or is not there.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Each as it is: no shell takes them apart.</param>
    /// <param name="patience">After it the program is ended.</param>
    /// <param name="most">Bytes of output.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <param name="input">Writes what it reads from its standard input; null: nothing.</param>
    /// <param name="mostWritten">Bytes of a file that it may write; 0: none.</param>
    public static async Task<byte[]?> RunAsync(
        string program, IReadOnlyList<string> arguments, TimeSpan patience, int most, CancellationToken cancellationToken, Func<Stream, CancellationToken, Task>? input = null, long mostWritten = 0)
    {
        using var process = Start(program, arguments, mostWritten, Briefly + Run);
        if (process is null) return null;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(patience);
        try
        {
            var faults = process.StandardError.BaseStream.CopyToAsync(Stream.Null, ending.Token);
            if (input is not null) await input(process.StandardInput.BaseStream, ending.Token);
            process.StandardInput.Close();
            if (await ReadAsync(process.StandardOutput.BaseStream, most, ending.Token) is not { } output) return null;
            await faults;
            await process.WaitForExitAsync(ending.Token);
            return process.ExitCode == 0 ? output : null;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>
    /// The same program for as long as it is wanted: as bounded, but in time. Whoever started it reads what it writes and says,
    /// and ends it. Null: it is not there.
    /// </summary>
    public static Process? StartLasting(string program, IReadOnlyList<string> arguments) => Start(program, arguments, 0, Run);

    private static Process? Start(string program, IReadOnlyList<string> arguments, long mostWritten, string rest)
    {
        string[] command = OperatingSystem.IsLinux() ? ["/bin/sh", "-c", $"{Always}{mostWritten / FileBlock}{rest}", program, .. arguments] : [program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath(),
        };
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static async Task<byte[]?> ReadAsync(Stream output, int most, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await output.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (kept.Length + count > most) return null;
            kept.Write(buffer, 0, count);
        }

        return kept.ToArray();
    }
}
