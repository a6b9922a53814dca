using System.Globalization;
using System.Text;

namespace ModularRace.Incidents.Domain.Clips;

/// <summary>
/// How long a clip is where its head does not tell, and one picture of it. Its content decides by which reader it is looked
/// at, whatever it is called; nothing but that one file is opened, and no network.
/// </summary>
internal sealed class FilmLook(FilmPrograms programs)
{
    private const int MostWords = 4 << 20, MostPicture = 512 * 1024, Widest = 640;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public bool MakesPosters => programs.Ffmpeg is not null;

    /// <summary>Milliseconds to the end of its last picture; null: unknown.</summary>
    /// <param name="path">A file of this software's own naming.</param>
    /// <param name="contentType">As its content says.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<long?> MeasureAsync(string path, string contentType, CancellationToken cancellationToken)
    {
        if (programs.Ffprobe is not { } ffprobe) return null;
        var told = await BoundedProgram.RunAsync(
            ffprobe, ["-v", "error", .. Reader(contentType), "-select_streams", "v:0", "-show_entries", "packet=pts_time,duration_time", "-of", "csv=p=0", "-i", $"file:{path}"], Patience, MostWords, cancellationToken);
        if (told is null) return null;
        double from = double.MaxValue, to = double.MinValue;
        foreach (var line in Encoding.ASCII.GetString(told).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(',');
            if (!Seconds(parts[0], out var at)) continue;
            var lasts = parts.Length > 1 && Seconds(parts[1], out var said) ? said : 0;
            (from, to) = (Math.Min(from, at), Math.Max(to, at + lasts));
        }

        var milliseconds = (to - from) * 1000;
        return milliseconds is > 0 and < 24 * 3600 * 1000 ? (long)milliseconds : null;
    }

    /// <summary>A JPEG of its middle, or else of its beginning; null: there is none to be had.</summary>
    /// <param name="path">A file of this software's own naming.</param>
    /// <param name="contentType">As its content says.</param>
    /// <param name="durationMs">Null: unknown.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<byte[]?> PosterAsync(string path, string contentType, long? durationMs, CancellationToken cancellationToken)
    {
        if (programs.Ffmpeg is null) return null;
        var middle = durationMs is { } length ? await PictureAsync(path, contentType, TimeSpan.FromMilliseconds(length / 2.0), cancellationToken) : null;
        return middle ?? await PictureAsync(path, contentType, TimeSpan.Zero, cancellationToken);
    }

    private async Task<byte[]?> PictureAsync(string path, string contentType, TimeSpan at, CancellationToken cancellationToken)
    {
        string[] seek = at > TimeSpan.Zero ? ["-ss", at.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture)] : [];
        var scale = $"scale='min({Widest},iw)':'min({Widest},ih)':force_original_aspect_ratio=decrease,format=yuvj420p";
        var jpeg = await BoundedProgram.RunAsync(
            programs.Ffmpeg!,
            [
                "-nostdin", "-v", "error", "-threads", "1", "-max_pixels", "40000000", .. seek, .. Reader(contentType), "-i", $"file:{path}",
                "-map", "0:v:0", "-frames:v", "1", "-vf", scale, "-map_metadata", "-1", "-threads", "1", "-q:v", "4", "-c:v", "mjpeg", "-f", "image2pipe", "pipe:1",
            ],
            Patience, MostPicture, cancellationToken);
        return jpeg is [0xFF, 0xD8, 0xFF, .., 0xFF, 0xD9] ? jpeg : null;
    }

    /// <summary>The reader is named, not guessed: no playlist, script or picture list is ever tried.</summary>
    private static string[] Reader(string contentType) => contentType == ClipFormat.WebM
        ? ["-protocol_whitelist", "file", "-f", "matroska"]
        : ["-protocol_whitelist", "file", "-enable_drefs", "0", "-use_absolute_path", "0", "-f", "mov"];

    private static bool Seconds(string text, out double value) => double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
