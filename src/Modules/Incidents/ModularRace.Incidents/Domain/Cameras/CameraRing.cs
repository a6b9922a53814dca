using System.Globalization;

namespace ModularRace.Incidents.Domain.Cameras;

/// <summary>
/// The last minute of one camera on the disk. Each piece is a file whose name says from when to when its pictures came in, on
/// the clock that nobody sets (R10), so that the folder is all there is to know, also after a host that was killed. A head
/// belongs to the pieces of one connection, named by when it began.
/// </summary>
/// <param name="folder">Its own; made when the first piece comes.</param>
internal sealed class CameraRing(string folder)
{
    /// <summary>A minute, and what a tap reaches back before it.</summary>
    public const long HeldMs = 75_000;

    /// <summary>From one whole picture to the next, at most: after a silence a piece is not taken to reach back over all of it.</summary>
    public const long LongestPieceMs = 12_000;

    /// <summary>However much a camera sends: 16 Mbit/s for the whole of it.</summary>
    private const long MostBytes = 160L << 20;

    private const string Piece = ".piece", Head = ".head", Unfinished = ".new";

    /// <summary>A connection begins.</summary>
    public void Begin(long at, byte[] head) => Write(Path.Combine(folder, Named(at) + Head), head);

    /// <summary>One more piece, and the oldest go.</summary>
    /// <param name="connection">When its connection began.</param>
    /// <param name="number">Its place in it.</param>
    /// <param name="fromMs">When the one before was here.</param>
    /// <param name="toMs">Now.</param>
    /// <param name="piece">Whole, beginning with a whole picture.</param>
    public void Add(long connection, long number, long fromMs, long toMs, byte[] piece)
    {
        Write(Path.Combine(folder, $"{Named(connection)}-{Named(number)}-{Named(fromMs)}-{Named(toMs)}{Piece}"), piece);
        var (bytes, connections) = (0L, new HashSet<string> { Named(connection) });
        foreach (var held in Pieces().OrderByDescending(p => p.ToMs).ThenByDescending(p => p.Number))
        {
            bytes += held.Bytes;
            if (held.ToMs < toMs - HeldMs || bytes > MostBytes) File.Delete(held.Path);
            else connections.Add(Named(held.Connection));
        }

        foreach (var head in Directory.EnumerateFiles(folder, $"*{Head}"))
            if (!connections.Contains(Path.GetFileNameWithoutExtension(head))) File.Delete(head);
    }

    /// <summary>
    /// What was filmed between two moments: the head and then the pieces of the one connection that has most of it, from the
    /// whole picture at or before the first moment. Null: nothing of it is here any more.
    /// </summary>
    public Footage? Find(long fromMs, long toMs)
    {
        Footage? best = null;
        foreach (var connection in Pieces().Where(p => p.ToMs > fromMs && p.FromMs < toMs).GroupBy(p => p.Connection))
        {
            var pieces = connection.OrderBy(p => p.Number).ToList();
            var footage = new Footage(Path.Combine(folder, Named(connection.Key) + Head), [.. pieces.Select(p => p.Path)], pieces[0].FromMs, pieces[^1].ToMs);
            if (File.Exists(footage.Head) && (best is null || footage.Of(fromMs, toMs) > best.Of(fromMs, toMs))) best = footage;
        }

        return best;
    }

    /// <summary>All of it goes.</summary>
    public void Drop()
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private IEnumerable<HeldPiece> Pieces() => Directory.Exists(folder)
        ? new DirectoryInfo(folder).GetFiles($"*{Piece}").Select(file => (file, Parts: Path.GetFileNameWithoutExtension(file.Name).Split('-')))
            .Where(f => f.Parts.Length == 4).Select(f => new HeldPiece(f.file.FullName, f.file.Length, Number(f.Parts[0]), Number(f.Parts[1]), Number(f.Parts[2]), Number(f.Parts[3])))
        : [];

    /// <summary>Whole under its name, or not at all. It need not outlive the power.</summary>
    private void Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(path + Unfinished, bytes);
        File.Move(path + Unfinished, path, overwrite: true);
    }

    private static string Named(long ms) => ms.ToString(CultureInfo.InvariantCulture);

    private static long Number(string name) => long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) ? ms : 0;

    private readonly record struct HeldPiece(string Path, long Bytes, long Connection, long Number, long FromMs, long ToMs);
}

/// <param name="Head">Its file.</param>
/// <param name="Pieces">Their files, in order: they follow the head.</param>
/// <param name="FromMs">When the first of its pictures came in, on the clock that nobody sets.</param>
/// <param name="ToMs">When the last did.</param>
internal sealed record Footage(string Head, IReadOnlyList<string> Pieces, long FromMs, long ToMs)
{
    /// <summary>How much of a time it holds, in milliseconds.</summary>
    public long Of(long fromMs, long toMs) => Math.Min(toMs, ToMs) - Math.Max(fromMs, FromMs);
}
