namespace ModularRace.Incidents.Domain.Clips;

/// <summary>What a clip's content says of itself.</summary>
/// <param name="ContentType"><c>video/mp4</c> or <c>video/webm</c>; null: refused.</param>
/// <param name="DurationMs">Null: it does not tell.</param>
/// <param name="Fault">Why it is refused, a sentence for the person who sent it.</param>
internal sealed record ClipJudgement(string? ContentType, long? DurationMs, string? Fault)
{
    public static ClipJudgement Refused(string fault) => new(null, null, fault);
}

/// <summary>
/// Formats go by content, whatever a name or a header says: MP4 with H.264 and WebM. The whole file is accounted for, part
/// by part to its last byte, so that nothing else hides before, between or behind; and nothing in it points elsewhere.
/// </summary>
internal static class ClipFormat
{
    public const string Mp4 = "video/mp4", WebM = "video/webm";
    private const string Neither = "This is no video that is taken here: MP4 with H.264, or WebM.";

    /// <summary>Reads no more than the parts' heads, from wherever they lie.</summary>
    public static ClipJudgement Judge(Stream file)
    {
        var bytes = new ClipBytes(file);
        try
        {
            if (Mp4Shape.Begins(bytes)) return Mp4Shape.Judge(bytes);
            if (WebMShape.Begins(bytes)) return WebMShape.Judge(bytes);
            return ClipJudgement.Refused(Neither);
        }
        catch (BrokenClipException e)
        {
            return ClipJudgement.Refused(e.Message);
        }
    }
}

/// <summary>It is not what it begins as. The message is for the person who sent it.</summary>
internal sealed class BrokenClipException(string message = "The video is cut off or damaged.") : Exception(message);

/// <summary>Numbers and words at any place of a file; what lies beyond its end is a fault, never a wrap-around.</summary>
internal sealed class ClipBytes(Stream file)
{
    /// <summary>More parts than any clip has: a file made to be walked for ever ends here.</summary>
    private const int MostParts = 500_000;
    private readonly byte[] word = new byte[8];
    private int parts;

    public long Length { get; } = file.Length;

    public void CountPart()
    {
        if (++parts > MostParts) throw new BrokenClipException();
    }

    public ulong Number(long at, int size)
    {
        Read(at, size);
        ulong value = 0;
        for (var i = 0; i < size; i++) value = (value << 8) | word[i];
        return value;
    }

    public string Text(long at, int size)
    {
        Span<char> text = stackalloc char[size];
        for (var i = 0; i < size; i++) text[i] = (char)Number(at + i, 1);
        return new string(text);
    }

    private void Read(long at, int size)
    {
        if (at < 0 || at > Length - size) throw new BrokenClipException();
        file.Position = at;
        file.ReadExactly(word, 0, size);
    }
}
