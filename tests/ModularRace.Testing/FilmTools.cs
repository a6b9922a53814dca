using System.Runtime.InteropServices;

namespace ModularRace.Testing;

/// <summary>ffmpeg and ffprobe as npm has them, in the versions that the lock file names: fetched once, whoever asks first.</summary>
public static class FilmTools
{
    private static readonly string Folder = Checkout.PathOf("tests", "film-programs");
    private static readonly Lazy<Task> Fetched = new(FetchAsync);

    private static string Machine => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    private static string Ffmpeg => Path.Combine(Folder, "node_modules", "@ffmpeg-installer", Machine, "ffmpeg");

    private static string Ffprobe => Path.Combine(Folder, "node_modules", "@ffprobe-installer", Machine, "ffprobe");

    /// <summary>Their paths, ready to run.</summary>
    public static async Task<(string Ffmpeg, string Ffprobe)> GetAsync()
    {
        await Fetched.Value;
        return (Ffmpeg, Ffprobe);
    }

    /// <summary>A film of a moving picture, as ffmpeg makes it.</summary>
    /// <param name="arguments">How it is coded and written, with its format; the file is its standard output or a file of its own.</param>
    /// <param name="size">Of its picture.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="extension">Of the file.</param>
    public static async Task<byte[]> FilmAsync(string arguments, string size = "320x240", double seconds = 4, string extension = "mp4")
    {
        await Fetched.Value;
        var file = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.{extension}");
        try
        {
            await NodePrograms.RunAsync(Ffmpeg, [.. $"-v error -nostdin -f lavfi -i testsrc=s={size}:r=25:d={FormattableString.Invariant($"{seconds}")} {arguments}".Split(' '), file], Path.GetTempPath());
            return await File.ReadAllBytesAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>
    /// The machine's own ffmpeg, of version 5 or later as a Pi has it: npm's is too old for network cameras.
    /// <c>build/test.sh</c> installs it.
    /// </summary>
    public static string OfThisMachine { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "ffmpeg")).FirstOrDefault(File.Exists) ?? "ffmpeg is not installed";

    /// <summary>Ten seconds as a camera sends them: a whole picture each second, each picture behind a delimiter.</summary>
    /// <param name="hevc">As H.265.</param>
    public static async Task<byte[]> StreamAsync(bool hevc)
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var coding = hevc
                ? "-c:v libx265 -preset ultrafast -x265-params keyint=25:min-keyint=25:scenecut=0:bframes=0:repeat-headers=1:aud=1:log-level=none -f hevc"
                : "-c:v libx264 -preset ultrafast -x264-params keyint=25:min-keyint=25:scenecut=0:bframes=0:repeat-headers=1:aud=1 -f h264";
            await NodePrograms.RunAsync(OfThisMachine, [.. $"-v error -nostdin -f lavfi -i testsrc=s=640x360:r=25:d=10 -pix_fmt yuv420p {coding}".Split(' '), file], Path.GetTempPath());
            return await File.ReadAllBytesAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task FetchAsync()
    {
        await NodePrograms.FetchAsync(Folder, Path.GetRelativePath(Path.Combine(Folder, "node_modules"), Ffmpeg), Path.GetRelativePath(Path.Combine(Folder, "node_modules"), Ffprobe));
        foreach (var program in new[] { Ffmpeg, Ffprobe })
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, File.GetUnixFileMode(program) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }
}
