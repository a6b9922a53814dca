using System.Diagnostics;
using System.Text;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Shared.Validation;

namespace ModularRace.Incidents.Domain.Cameras;

/// <summary>
/// ffmpeg with a camera's address: it takes the pictures as they are coded and writes them to its output, cut at each whole
/// picture (fragmented MP4). It may open nothing but that one connection, and no file for writing. The address comes by its
/// input, as a list of one, so that its password stands in no list of processes.
/// </summary>
internal sealed class CameraFilm(FilmPrograms programs)
{
    /// <summary>Of its words only these count: they may hold the address.</summary>
    private const int MostWords = 8 * 1024;

    private static readonly TimeSpan CutPatience = TimeSpan.FromSeconds(20);

    public bool IsThere => programs.Ffmpeg is not null;

    /// <summary>Null: the program is not there, or the address is none that it may have.</summary>
    public async Task<Process?> BeginAsync(string address)
    {
        // Whoever wrote it down, and by whatever way it came: no other reaches the program.
        if (programs.Ffmpeg is null || CameraAddress.Fault(address) is not null) return null;
        var process = BoundedProgram.StartLasting(
            programs.Ffmpeg,
            [
                "-nostdin", "-v", "error", "-protocol_whitelist", CameraAddress.IsOverTls(address) ? "pipe,tcp,tls" : "pipe,tcp", "-f", "concat", "-safe", "0", "-i", "pipe:0",
                "-map", "0:v:0", "-c", "copy", "-f", "mp4", "-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-flush_packets", "1", "pipe:1",
            ]);
        if (process is null) return null;
        try
        {
            // No quote and no line's end can be in an address. A connection that is silent for ten seconds is over.
            await process.StandardInput.WriteAsync(
                $"ffconcat version 1.0\nfile '{address}'\noption rtsp_transport tcp\noption allowed_media_types video\noption timeout 10000000\n");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended at once; that is seen where its output is read.
        }

        return process;
    }

    /// <summary>
    /// One clip of what a camera filmed, as an MP4 that plays from its beginning: no picture is coded anew. False: it cannot be
    /// made, or what it is made of has gone meanwhile.
    /// </summary>
    /// <param name="footage">What it is made of.</param>
    /// <param name="path">Where it goes.</param>
    /// <param name="most">Bytes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<bool> CutAsync(Footage footage, string path, long most, CancellationToken cancellationToken)
    {
        if (programs.Ffmpeg is null) return false;
        return await BoundedProgram.RunAsync(
            programs.Ffmpeg,
            [
                "-nostdin", "-v", "error", "-y", "-protocol_whitelist", "pipe", "-f", "mov", "-i", "pipe:0", "-map", "0:v:0", "-c", "copy", "-map_metadata", "-1",
                "-fflags", "+bitexact", "-avoid_negative_ts", "make_zero", "-movflags", "+faststart", "-f", "mp4", $"file:{path}",
            ],
            CutPatience, MostWords, cancellationToken, (input, stop) => WriteAsync(footage, input, stop), most) is not null;
    }

    private static async Task WriteAsync(Footage footage, Stream input, CancellationToken cancellationToken)
    {
        foreach (var part in footage.Pieces.Prepend(footage.Head))
        {
            await using var file = File.OpenRead(part);
            await file.CopyToAsync(input, cancellationToken);
        }
    }

    /// <summary>What it said as it ended, as far as it says what to do: <see cref="CameraStates.Refused"/>, <see cref="CameraStates.NotH264"/> or <see cref="CameraStates.NoAnswer"/>.</summary>
    public static string Judge(string said) =>
        said.Contains("401 Unauthorized", StringComparison.Ordinal) || said.Contains("403 Forbidden", StringComparison.Ordinal) ? CameraStates.Refused
        : said.Contains("codec not currently supported in container", StringComparison.Ordinal) ? CameraStates.NotH264
        : CameraStates.NoAnswer;

    /// <summary>The beginning of what it says, to its end; the rest is read and left.</summary>
    public static async Task<string> ListenAsync(Stream faults, CancellationToken cancellationToken)
    {
        var (kept, buffer) = (new StringBuilder(), new byte[1024]);
        while (await faults.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            if (kept.Length < MostWords) kept.Append(Encoding.ASCII.GetString(buffer, 0, count));
        return kept.ToString();
    }
}
