using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ModularRace.Testing;

/// <summary>Videos as far as their shape goes: what a server looks at, with noise where the pictures would be.</summary>
public static class ClipFiles
{
    /// <summary>An MP4 with one H.264 track.</summary>
    /// <param name="bytes">How long the file is, from 1,000 on.</param>
    /// <param name="seed">Another seed is another content.</param>
    /// <param name="seconds">What its head says of its length.</param>
    /// <param name="codec">The four characters of its coding.</param>
    /// <param name="selfContained">False: its data lies in another file.</param>
    public static byte[] Mp4(int bytes, int seed = 1, int seconds = 6, string codec = "avc1", bool selfContained = true)
    {
        var movie = Box("moov", MovieHeader(seconds), Box("trak", Box("tkhd", new byte[84]), Box("mdia",
            Box("mdhd", new byte[24]),
            Box("hdlr", [.. new byte[8], .. "vide"u8, .. new byte[13]]),
            Box("minf",
                Box("dinf", Box("dref", Number(0), Number(1), selfContained ? Box("url ", Number(1)) : Box("url ", Number(0), "http://elsewhere.example.org/clip.mp4\0"u8.ToArray()))),
                Box("stbl", Box("stsd", Number(0), Number(1), Box(codec, new byte[78])))))));
        byte[] head = [.. Box("ftyp", "isom"u8.ToArray(), Number(512), "isomiso2avc1mp41"u8.ToArray()), .. movie];
        var noise = new byte[bytes - head.Length - 8];
        new Random(seed).NextBytes(noise);
        return [.. head, .. Box("mdat", noise)];
    }

    /// <summary>A WebM with one VP8 track, as a browser records it: the lengths of segment and clusters are left open.</summary>
    public static byte[] WebM(int bytes, int seed = 1, int seconds = 6, string codec = "V_VP8", string docType = "webm")
    {
        byte[] head =
        [
            .. Element("1A45DFA3", Element("4282", Encoding.ASCII.GetBytes(docType))), .. Open("18538067"),
            .. Element("1549A966", Element("2AD7B1", [0x0F, 0x42, 0x40])), .. Element("1654AE6B", Element("AE", Element("D7", [1]), Element("83", [1]), Element("86", Encoding.ASCII.GetBytes(codec)))),
            .. Open("1F43B675"), .. Element("E7", [0]), .. Element("A3", [0x81, 0, 0, 0x80, 1, 2, 3]),
            .. Open("1F43B675"), .. Element("E7", Number(seconds * 1000)),
        ];
        var noise = new byte[bytes - head.Length - 5 - 4];
        new Random(seed).NextBytes(noise);
        return [.. head, .. Element("A3", [0x81, 0, 0, 0x80, .. noise])];
    }

    public static string Sha256(byte[] clip) => Convert.ToHexStringLower(SHA256.HashData(clip));

    public static byte[] Box(string type, params byte[][] parts)
    {
        byte[] body = [.. parts.SelectMany(p => p)];
        return [.. Number(body.Length + 8), .. Encoding.ASCII.GetBytes(type), .. body];
    }

    private static byte[] MovieHeader(int seconds) => Box("mvhd", Number(0), Number(0), Number(0), Number(1000), Number(seconds * 1000), new byte[80]);

    private static byte[] Element(string id, params byte[][] parts)
    {
        byte[] body = [.. parts.SelectMany(p => p)];
        var length = Number(body.Length);
        length[0] |= 0x10;
        return [.. Convert.FromHexString(id), .. length, .. body];
    }

    private static byte[] Open(string id) => [.. Convert.FromHexString(id), 0xFF];

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
