namespace ModularRace.Incidents.Domain.Clips;

/// <summary>MP4 (ISO/IEC 14496-12), and QuickTime of the same make, as phones record it: boxes of a size and a type, one in the other.</summary>
internal static class Mp4Shape
{
    private const string Elsewhere = "The video points to another file; it has to hold all of itself.";
    private const string OtherCodec = "The video is not H.264. On a phone choose the most compatible format, then record again.";
    private static readonly HashSet<string> AtTop = new(StringComparer.Ordinal) { "moov", "mdat", "free", "skip", "wide", "moof", "mfra", "sidx", "styp", "uuid", "emsg", "prft", "udta", "meta", "ssix", "pdin" };

    public static bool Begins(ClipBytes bytes) => bytes.Length >= 16 && bytes.Text(4, 4) == "ftyp";

    public static ClipJudgement Judge(ClipBytes bytes)
    {
        Movie? movie = null;
        var media = false;
        foreach (var box in Boxes(bytes, 0, bytes.Length).Skip(1))
        {
            if (!AtTop.Contains(box.Type)) throw new BrokenClipException();
            media |= box.Type == "mdat";
            if (box.Type != "moov") continue;
            if (movie is not null) throw new BrokenClipException();
            movie = ReadMovie(bytes, box);
        }

        if (movie is null || !media || movie.Videos == 0) throw new BrokenClipException();
        return new ClipJudgement(ClipFormat.Mp4, movie.Duration is > 0 ? movie.Duration : null, null);
    }

    private static Movie ReadMovie(ClipBytes bytes, Box moov)
    {
        var movie = new Movie();
        foreach (var box in Boxes(bytes, moov.Body, moov.End))
            switch (box.Type)
            {
                case "mvhd":
                    movie.Duration ??= Duration(bytes, box);
                    break;
                case "trak":
                    ReadTrack(bytes, box, movie);
                    break;
                case "rmra" or "cmov":
                    throw new BrokenClipException(Elsewhere);
            }

        return movie;
    }

    private static void ReadTrack(ClipBytes bytes, Box track, Movie movie)
    {
        foreach (var media in Boxes(bytes, track.Body, track.End).Where(b => b.Type == "mdia"))
        {
            string? kind = null;
            foreach (var box in Boxes(bytes, media.Body, media.End))
            {
                if (box.Type == "hdlr") kind = bytes.Text(box.Body + 8, 4);
                if (box.Type != "minf") continue;
                foreach (var part in Boxes(bytes, box.Body, box.End))
                {
                    if (part.Type == "dinf") RequireWithin(bytes, part);
                    if (part.Type == "stbl" && kind == "vide") RequireH264(bytes, part);
                }
            }

            if (kind == "vide") movie.Videos++;
        }
    }

    /// <summary>Each source of the track's data is this very file (flag 1).</summary>
    private static void RequireWithin(ClipBytes bytes, Box dinf)
    {
        foreach (var references in Boxes(bytes, dinf.Body, dinf.End).Where(b => b.Type == "dref"))
            foreach (var reference in Boxes(bytes, references.Body + 8, references.End))
                if ((bytes.Number(reference.Body, 4) & 1) == 0) throw new BrokenClipException(Elsewhere);
    }

    private static void RequireH264(ClipBytes bytes, Box table)
    {
        var entries = Boxes(bytes, table.Body, table.End).Where(b => b.Type == "stsd").SelectMany(stsd => Boxes(bytes, stsd.Body + 8, stsd.End)).ToList();
        if (entries.Count == 0 || entries.Exists(e => e.Type is not ("avc1" or "avc3"))) throw new BrokenClipException(OtherCodec);
    }

    private static long? Duration(ClipBytes bytes, Box header)
    {
        var wide = bytes.Number(header.Body, 1) == 1;
        var scale = bytes.Number(header.Body + (wide ? 20 : 12), 4);
        var units = bytes.Number(header.Body + (wide ? 24 : 16), wide ? 8 : 4);
        var milliseconds = scale == 0 ? 0 : units * 1000.0 / scale;
        return milliseconds is > 0 and < 24 * 3600 * 1000 ? (long)milliseconds : null;
    }

    /// <summary>The boxes between two places, which they fill to the last byte.</summary>
    private static IEnumerable<Box> Boxes(ClipBytes bytes, long from, long end)
    {
        // QuickTime may end a list with four zero bytes.
        while (from < end && !(end - from == 4 && bytes.Number(from, 4) == 0))
        {
            bytes.CountPart();
            if (end - from < 8) throw new BrokenClipException();
            var size = (long)bytes.Number(from, 4);
            var head = 8;
            if (size == 1)
            {
                head = 16;
                size = (long)bytes.Number(from + 8, 8);
            }
            else if (size == 0)
            {
                size = end - from;
            }

            if (size < head || size > end - from) throw new BrokenClipException();
            yield return new Box(bytes.Text(from + 4, 4), from + head, from + size);
            from += size;
        }
    }

    private readonly record struct Box(string Type, long Body, long End);

    private sealed class Movie
    {
        public int Videos { get; set; }

        public long? Duration { get; set; }
    }
}
