namespace ModularRace.Incidents.Domain.Clips;

/// <summary>WebM (Matroska by RFC 9559, the part of it that browsers play): elements of an id and a length, one in the other.</summary>
internal static class WebMShape
{
    private const uint Ebml = 0x1A45DFA3, DocType = 0x4282, Segment = 0x18538067, Info = 0x1549A966, Scale = 0x2AD7B1, DurationId = 0x4489, Tracks = 0x1654AE6B, Track = 0xAE,
        TrackType = 0x83, Codec = 0x86, Cluster = 0x1F43B675, Time = 0xE7, SimpleBlock = 0xA3, BlockGroup = 0xA0, Block = 0xA1;

    private static readonly HashSet<uint> InSegment = [0x114D9B74, Info, Tracks, Cluster, 0x1C53BB6B, 0x1254C367, 0x1043A770, 0xEC, 0xBF];
    private static readonly HashSet<string> Codecs = new(StringComparer.Ordinal) { "V_VP8", "V_VP9", "V_AV1", "A_OPUS", "A_VORBIS" };

    public static bool Begins(ClipBytes bytes) => bytes.Length >= 16 && bytes.Number(0, 4) == Ebml;

    public static ClipJudgement Judge(ClipBytes bytes)
    {
        var head = Next(bytes, 0, bytes.Length);
        if (head.Open || !Elements(bytes, head.Body, head.End).Any(e => e.Id == DocType && Word(bytes, e) == "webm"))
            return ClipJudgement.Refused("Of Matroska only WebM is taken.");
        var segment = Next(bytes, head.End, bytes.Length);
        if (segment.Id != Segment || segment.End != bytes.Length) throw new BrokenClipException();

        var clip = new Clip();
        for (var at = segment.Body; at < segment.End;)
        {
            var element = Next(bytes, at, segment.End);
            // Attachments hold files of any kind.
            if (!InSegment.Contains(element.Id)) throw new BrokenClipException();
            at = element.Id switch
            {
                Cluster => ReadCluster(bytes, element, clip),
                _ when element.Open => throw new BrokenClipException(),
                Info => ReadInfo(bytes, element, clip),
                Tracks => ReadTracks(bytes, element, clip),
                _ => element.End,
            };
        }

        if (clip.Videos == 0 || clip.Last is null) throw new BrokenClipException();
        var milliseconds = (clip.Duration ?? clip.Last.Value) * clip.ScaleNs / 1e6;
        return new ClipJudgement(ClipFormat.WebM, milliseconds is > 0 and < 24 * 3600 * 1000 ? (long)milliseconds : null, null);
    }

    private static long ReadInfo(ClipBytes bytes, Element info, Clip clip)
    {
        foreach (var element in Elements(bytes, info.Body, info.End))
        {
            if (element.Id == Scale) clip.ScaleNs = Number(bytes, element);
            if (element.Id != DurationId) continue;
            clip.Duration = element.Size switch
            {
                4 => BitConverter.UInt32BitsToSingle((uint)Number(bytes, element)),
                8 => BitConverter.UInt64BitsToDouble(Number(bytes, element)),
                _ => throw new BrokenClipException(),
            };
        }

        return info.End;
    }

    private static long ReadTracks(ClipBytes bytes, Element tracks, Clip clip)
    {
        foreach (var track in Elements(bytes, tracks.Body, tracks.End).Where(t => t.Id == Track))
        {
            ulong kind = 0;
            var codec = "";
            foreach (var element in Elements(bytes, track.Body, track.End))
            {
                if (element.Id == TrackType) kind = Number(bytes, element);
                if (element.Id == Codec) codec = Word(bytes, element);
            }

            if (!Codecs.Contains(codec) || kind != (codec[0] == 'V' ? 1UL : 2UL)) throw new BrokenClipException("The video is coded in a way that WebM does not have.");
            if (kind == 1) clip.Videos++;
        }

        return tracks.End;
    }

    /// <summary>A recorder that cannot go back leaves the length open: the cluster then ends where the next thing of its segment begins.</summary>
    private static long ReadCluster(ClipBytes bytes, Element cluster, Clip clip)
    {
        ulong time = 0;
        var at = cluster.Body;
        while (at < cluster.End)
        {
            var element = Next(bytes, at, cluster.End);
            if (cluster.Open && InSegment.Contains(element.Id) && element.Id is not (0xEC or 0xBF)) return at;
            if (element.Open) throw new BrokenClipException();
            switch (element.Id)
            {
                case Time:
                    time = Number(bytes, element);
                    break;
                case SimpleBlock:
                    Saw(element);
                    break;
                case BlockGroup:
                    foreach (var block in Elements(bytes, element.Body, element.End).Where(b => b.Id == Block)) Saw(block);
                    break;
                case 0xAB or 0xA7 or 0x5854 or 0xEC or 0xBF or 0xAF:
                    break;
                default:
                    throw new BrokenClipException();
            }

            at = element.End;
        }

        return at;

        void Saw(Element block)
        {
            // The track's number, then the time beside the cluster's, in 16 bits with sign.
            var (_, length) = Vint(bytes, block.Body, block.End, keepMark: false);
            clip.Last = Math.Max(clip.Last ?? 0, time + (double)(short)bytes.Number(block.Body + length, 2));
        }
    }

    private static IEnumerable<Element> Elements(ClipBytes bytes, long from, long end)
    {
        while (from < end)
        {
            var element = Next(bytes, from, end);
            if (element.Open) throw new BrokenClipException();
            yield return element;
            from = element.End;
        }
    }

    private static Element Next(ClipBytes bytes, long at, long end)
    {
        bytes.CountPart();
        var (id, idLength) = Vint(bytes, at, end, keepMark: true);
        if (idLength > 4) throw new BrokenClipException();
        var (size, sizeLength) = Vint(bytes, at + idLength, end, keepMark: false);
        var body = at + idLength + sizeLength;
        // All ones: the length is not known.
        if (size == (1UL << (7 * sizeLength)) - 1) return new Element((uint)id, body, end, Open: true);
        if (size > (ulong)(end - body)) throw new BrokenClipException();
        return new Element((uint)id, body, body + (long)size, Open: false);
    }

    /// <summary>A number whose length stands in its first bits.</summary>
    private static (ulong Value, int Length) Vint(ClipBytes bytes, long at, long end, bool keepMark)
    {
        if (at >= end) throw new BrokenClipException();
        var first = (byte)bytes.Number(at, 1);
        if (first == 0) throw new BrokenClipException();
        var length = System.Numerics.BitOperations.LeadingZeroCount((uint)first) - 23;
        if (end - at < length) throw new BrokenClipException();
        var value = bytes.Number(at, length);
        return (keepMark ? value : value & ~(1UL << (7 * length)), length);
    }

    private static ulong Number(ClipBytes bytes, Element element) => element.Size <= 8 ? bytes.Number(element.Body, (int)element.Size) : throw new BrokenClipException();

    private static string Word(ClipBytes bytes, Element element) => element.Size <= 32 ? bytes.Text(element.Body, (int)element.Size).TrimEnd('\0') : throw new BrokenClipException();

    private readonly record struct Element(uint Id, long Body, long End, bool Open)
    {
        public long Size => End - Body;
    }

    private sealed class Clip
    {
        public int Videos { get; set; }

        public double ScaleNs { get; set; } = 1e6;

        public double? Duration { get; set; }

        public double? Last { get; set; }
    }
}
