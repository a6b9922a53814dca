using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using ModularRace.Shared.Json;

namespace ModularRace.Sync.Domain.Archive;

/// <summary>A file that is no archive, or was changed, cut or put together by somebody else. The message is for a person.</summary>
internal sealed class ArchiveFault(string message) : Exception(message);

internal sealed record ArchiveFrame(ArchiveFrameKind Kind, byte[] Body)
{
    /// <summary>Of a frame with bytes of a clip.</summary>
    public (ArchiveClip Clip, ArraySegment<byte> Bytes) ReadClip()
    {
        var length = Body.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(Body);
        try
        {
            if (length > 0 && Body.Length - 2 > length && JsonSerializer.Deserialize<ArchiveClip>(Body.AsSpan(2, length), ApiJson.Options) is { Sha256: not null } clip)
                return (clip, new ArraySegment<byte>(Body, 2 + length, Body.Length - 2 - length));
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new ArchiveFault("A frame does not hold what it says.");
    }
}

/// <summary>
/// Reads a file from anywhere: every length is bounded before it is believed, and nothing of a frame is looked at before its
/// signature and its place in the chain hold.
/// </summary>
internal sealed class ArchiveReader(Stream file) : IDisposable
{
    private readonly byte[] start = new byte[4];
    private bool started;
    private byte[] chain = [];
    private ulong frames;
    private ECDsa? deviceKey;
    private AesGcm? aes;
    private ArchiveHeader? header;

    /// <summary>The file ends within a frame of a journal: the power went, or the stick.</summary>
    public bool Torn { get; private set; }

    /// <summary>The next segment's header, whose signature holds by the key that it names; null: the file is over.</summary>
    public async Task<ArchiveHeader?> NextSegmentAsync(CancellationToken ct)
    {
        if (Torn || !await StartAsync(ct)) return null;
        try
        {
            return header = await ReadHeaderAsync(ct);
        }
        catch (ArchiveFault)
        {
            // A Pi that starts begins a segment: when the power went in that, what stands before holds all the same.
            if (header?.Kind != ArchiveFormat.Journal || !await IsBlankAsync(ct)) throw;
            Torn = true;
            return null;
        }
    }

    private async Task<ArchiveHeader> ReadHeaderAsync(CancellationToken ct)
    {
        var magic = new byte[ArchiveFormat.Magic.Length];
        start.CopyTo(magic, 0);
        started = false;
        if (!await FillAsync(magic.AsMemory(4), ct) && ArchiveFormat.Magic.StartsWith(start)) throw Cut();
        if (!magic.AsSpan().SequenceEqual(ArchiveFormat.Magic)) throw new ArchiveFault("This is no archive of a ModularRace device.");
        var rest = new byte[4];
        if (!await FillAsync(rest, ct)) throw Cut();
        var length = BinaryPrimitives.ReadInt32BigEndian(rest);
        if (length is < 2 or > ArchiveFormat.LongestHeader) throw new ArchiveFault("Its header is damaged.");
        var (text, signature) = (new byte[length], new byte[ArchiveFormat.SignatureLength]);
        if (!await FillAsync(text, ct) || !await FillAsync(signature, ct)) throw Cut();
        try
        {
            var read = JsonSerializer.Deserialize<ArchiveHeader>(text, ApiJson.Options) ?? throw new ArchiveFault("Its header is damaged.");
            if (read.Version != ArchiveFormat.Version) throw new ArchiveFault($"It is of version {read.Version}, and {ArchiveFormat.Version} is read here.");
            if (read.Kind is not (ArchiveFormat.Archive or ArchiveFormat.Journal)) throw new ArchiveFault("Its header is damaged.");
            deviceKey?.Dispose();
            deviceKey = ECDsa.Create();
            deviceKey.ImportSubjectPublicKeyInfo(Convert.FromBase64String(read.DeviceKey), out _);
            chain = ArchiveFormat.Chain(text);
            if (deviceKey.KeySize != 256 || !ArchiveFormat.IsSigned(deviceKey, chain, signature)) throw new ArchiveFault("Its header was changed: the device's signature does not hold.");
            return read;
        }
        catch (Exception e) when (e is JsonException or FormatException or CryptographicException or ArgumentNullException)
        {
            throw new ArchiveFault("Its header is damaged.");
        }
    }

    /// <summary>Opens the segment, once it is known whose it is.</summary>
    /// <param name="cloudKey">The private half of the key that the header names.</param>
    public void Open(ECDiffieHellman cloudKey)
    {
        try
        {
            using var ephemeral = ECDiffieHellman.Create();
            ephemeral.ImportSubjectPublicKeyInfo(Convert.FromBase64String(header!.EphemeralKey), out _);
            if (ephemeral.KeySize != 256) throw new ArchiveFault("Its header is damaged.");
            aes?.Dispose();
            aes = new AesGcm(ArchiveFormat.DeriveKey(cloudKey, ephemeral, chain), ArchiveFormat.TagLength);
            frames = 0;
        }
        catch (Exception e) when (e is FormatException or CryptographicException or ArgumentNullException)
        {
            throw new ArchiveFault("Its header is damaged.");
        }
    }

    /// <summary>The segment's next frame; null: it has no more.</summary>
    public async Task<ArchiveFrame?> NextFrameAsync(CancellationToken ct)
    {
        var journal = header!.Kind == ArchiveFormat.Journal;
        if (!await StartAsync(ct) || BinaryPrimitives.ReadUInt32BigEndian(start) == ArchiveFormat.MagicStart) return null;
        var length = BinaryPrimitives.ReadUInt32BigEndian(start);
        if (length is <= ArchiveFormat.TagLength or > ArchiveFormat.LongestFrame) return await DamagedAsync(journal, ct);
        var (sealedBody, signature) = (new byte[length], new byte[ArchiveFormat.SignatureLength]);
        if (!await FillAsync(sealedBody, ct) || !await FillAsync(signature, ct))
        {
            Torn = true;
            return journal ? null : throw Cut();
        }

        var next = ArchiveFormat.Chain(chain, sealedBody);
        if (!ArchiveFormat.IsSigned(deviceKey!, next, signature)) return await DamagedAsync(journal, ct);
        var open = new byte[length - ArchiveFormat.TagLength];
        try
        {
            aes!.Decrypt(ArchiveFormat.Nonce(frames), sealedBody.AsSpan(0, open.Length), sealedBody.AsSpan(open.Length), open, chain);
        }
        catch (CryptographicException)
        {
            throw new ArchiveFault("It was encrypted for somebody else.");
        }

        (chain, started) = (next, false);
        frames++;
        var kind = (ArchiveFrameKind)open[0];
        return new ArchiveFrame(kind, kind == ArchiveFrameKind.Clip ? open[1..] : Unpack(open.AsSpan(1)));
    }

    /// <summary>
    /// Where a frame does not hold: the end of a journal, when nothing follows (a stick may have taken the length and not the
    /// rest); else somebody changed the file, or it is damaged.
    /// </summary>
    private async Task<ArchiveFrame?> DamagedAsync(bool journal, CancellationToken ct)
    {
        var more = new byte[ArchiveFormat.LongestFrame];
        var last = await file.ReadAtLeastAsync(more, more.Length, throwOnEndOfStream: false, ct) < more.Length;
        if (!journal || !last || more.AsSpan().IndexOf(ArchiveFormat.Magic) >= 0)
            throw new ArchiveFault($"Frame {frames + 1} was changed, repeated, put elsewhere or is damaged. What stands before it was taken.");
        Torn = true;
        return null;
    }

    /// <summary>Nothing follows but what a file system fills a file with that it could not write out.</summary>
    private async Task<bool> IsBlankAsync(CancellationToken ct)
    {
        var piece = new byte[4096];
        for (var read = await file.ReadAsync(piece, ct); read > 0; read = await file.ReadAsync(piece, ct))
            if (piece.AsSpan(0, read).ContainsAnyExcept((byte)0)) return false;
        return true;
    }

    private static byte[] Unpack(ReadOnlySpan<byte> packed)
    {
        using var from = new BrotliStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
        using var to = new MemoryStream();
        var piece = new byte[64 << 10];
        try
        {
            for (var read = from.Read(piece); read > 0; read = from.Read(piece))
            {
                if (to.Length + read > ArchiveFormat.LongestBody) throw new ArchiveFault("A frame is larger than any device writes.");
                to.Write(piece, 0, read);
            }
        }
        catch (InvalidOperationException)
        {
            throw new ArchiveFault("A frame is not packed as devices pack.");
        }

        return to.ToArray();
    }

    /// <summary>The first four bytes of what comes next: a length, or a segment's beginning. False: the file is over.</summary>
    private async Task<bool> StartAsync(CancellationToken ct)
    {
        if (started) return true;
        var read = await file.ReadAtLeastAsync(start, 4, throwOnEndOfStream: false, ct);
        if (read == 0) return false;
        if (read == 4) return started = true;
        Torn = true;
        return header?.Kind == ArchiveFormat.Journal ? false : throw Cut();
    }

    private async Task<bool> FillAsync(Memory<byte> into, CancellationToken ct) => await file.ReadAtLeastAsync(into, into.Length, throwOnEndOfStream: false, ct) == into.Length;

    private static ArchiveFault Cut() => new("It ends in the middle: copy it again from the device.");

    public void Dispose()
    {
        aes?.Dispose();
        deviceKey?.Dispose();
    }
}
