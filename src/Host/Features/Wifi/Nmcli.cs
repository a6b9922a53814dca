using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace ModularRace.Host.Features.Wifi;

/// <summary>NetworkManager's own command, which this Pi's network is asked and told by.</summary>
internal interface INmcli
{
    /// <param name="arguments">Each as it is: no shell is between. Never a password, for everybody on the machine can read them.</param>
    /// <param name="input">What the command reads; null: nothing. A password goes here.</param>
    /// <param name="patience">After it the command is ended and counts as one that took too long.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <returns>Null: there is no such command on this machine.</returns>
    Task<NmcliAnswer?> RunAsync(IReadOnlyList<string> arguments, string? input, TimeSpan patience, CancellationToken cancellationToken);
}

/// <param name="Code">As nmcli(1) has them: 0 well, 3 too slow, 4 not connected, 8 NetworkManager does not run, 10 no such thing.</param>
/// <param name="Output">What it wrote.</param>
/// <param name="Error">Why it failed, in English.</param>
internal sealed record NmcliAnswer(int Code, string Output, string Error)
{
    public const int TookTooLong = 3, NotRunning = 8;

    public bool Ok => Code == 0;
}

/// <param name="program">A name to be found on the PATH, or a path.</param>
internal sealed class Nmcli(string program = "nmcli") : INmcli
{
    public async Task<NmcliAnswer?> RunAsync(IReadOnlyList<string> arguments, string? input, TimeSpan patience, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // Its words in English, and names of networks as they are.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("LANGUAGE");
        Process? process;
        try
        {
            process = Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }

        using (process)
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            ending.CancelAfter(patience);
            try
            {
                var (output, error) = (process!.StandardOutput.ReadToEndAsync(ending.Token), process.StandardError.ReadToEndAsync(ending.Token));
                await FeedAsync(process, input, ending.Token);
                await process.WaitForExitAsync(ending.Token);
                return new NmcliAnswer(process.ExitCode, await output, await error);
            }
            catch (OperationCanceledException)
            {
                process!.Kill(entireProcessTree: true);
                cancellationToken.ThrowIfCancellationRequested();
                return new NmcliAnswer(NmcliAnswer.TookTooLong, "", string.Create(CultureInfo.InvariantCulture, $"No answer within {patience.TotalSeconds:F0} s."));
            }
        }
    }

    private static async Task FeedAsync(Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read all: its exit code says why.
        }
    }
}
