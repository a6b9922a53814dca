using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ModularRace.Shared.Identifiers;

/// <summary>Identities on the wire: version 7 when this software makes them, version 5 where two sides must make the same one.</summary>
public static class Uuids
{
    /// <summary>A new identity, in the order of its making (RFC 9562, version 7).</summary>
#pragma warning disable RS0030 // the one place that makes identities
    public static Guid New(TimeProvider time) => Guid.CreateVersion7(time.GetUtcNow());
#pragma warning restore RS0030

    /// <summary>The identity that a name has within a namespace (RFC 9562, version 5): the same wherever it is computed.</summary>
    public static Guid Named(Guid space, string name)
    {
        var nameLength = Encoding.UTF8.GetByteCount(name);
        var input = new byte[16 + nameLength];
        space.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input.AsSpan(16));
#pragma warning disable CA5350 // SHA-1 is what RFC 9562 asks for; nothing secret hangs on it
        Span<byte> hash = stackalloc byte[20];
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>R4: "lower UUID" is lower as text.</summary>
    public static int CompareAsText(Guid a, Guid b)
    {
        // The canonical text is the big-endian bytes in hexadecimal, so that comparing bytes compares text.
        Span<byte> x = stackalloc byte[16], y = stackalloc byte[16];
        a.TryWriteBytes(x, bigEndian: true, out _);
        b.TryWriteBytes(y, bigEndian: true, out _);
        var high = BinaryPrimitives.ReadUInt64BigEndian(x).CompareTo(BinaryPrimitives.ReadUInt64BigEndian(y));
        return high != 0 ? high : BinaryPrimitives.ReadUInt64BigEndian(x[8..]).CompareTo(BinaryPrimitives.ReadUInt64BigEndian(y[8..]));
    }
}
