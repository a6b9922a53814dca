using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using ModularRace.Shared.Json;
using ModularRace.Sync.Domain.Archive;

namespace ModularRace.Sync.Domain.OnDevice.Stick;

/// <summary>A journal on the stick. Every call may block for as long as the stick likes: none is made but on a thread of the journal's own.</summary>
internal sealed class JournalFile : IDisposable
{
    private readonly FileStream file;

    private JournalFile(FileStream file) => this.file = file;

    /// <summary>Opens the device's file behind its last whole frame: what was torn there when the power went is cut off.</summary>
    public static JournalFile Open(string path, byte[] beginning)
    {
        var opened = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var whole = WholeLength(opened);
            opened.SetLength(whole);
            opened.Position = whole;
            var journal = new JournalFile(opened);
            journal.Append(beginning);
            return journal;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Returns when it is on the stick itself.</summary>
    public void Append(byte[] bytes)
    {
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }

    public void Dispose()
    {
        try
        {
            file.Dispose();
        }
        catch (IOException)
        {
            // The stick is gone, and what was not written is written to the next.
        }
    }

    /// <summary>Up to where signatures and chain hold. They need no secret.</summary>
    internal static long WholeLength(Stream journal)
    {
        journal.Position = 0;
        long whole = 0;
        ECDsa? key = null;
        byte[] chain = [], start = new byte[4], signature = new byte[ArchiveFormat.SignatureLength];
        try
        {
            while (Fill(start))
            {
                var length = BinaryPrimitives.ReadUInt32BigEndian(start);
                if (length == ArchiveFormat.MagicStart)
                {
                    var rest = new byte[ArchiveFormat.Magic.Length - 4];
                    if (!Fill(rest) || !Fill(start) || BinaryPrimitives.ReadUInt32BigEndian(start) is var header && header is < 2 or > ArchiveFormat.LongestHeader) return whole;
                    var text = new byte[header];
                    if (!Fill(text) || !Fill(signature)) return whole;
                    key?.Dispose();
                    key = ECDsa.Create();
                    key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(JsonSerializer.Deserialize<ArchiveHeader>(text, ApiJson.Options)?.DeviceKey ?? ""), out _);
                    chain = ArchiveFormat.Chain(text);
                }
                else
                {
                    if (key is null || length is <= ArchiveFormat.TagLength or > ArchiveFormat.LongestFrame) return whole;
                    var sealedBody = new byte[length];
                    if (!Fill(sealedBody) || !Fill(signature)) return whole;
                    chain = ArchiveFormat.Chain(chain, sealedBody);
                }

                if (!ArchiveFormat.IsSigned(key, chain, signature)) return whole;
                whole = journal.Position;
            }

            return whole;
        }
        catch (Exception e) when (e is JsonException or FormatException or CryptographicException or ArgumentNullException)
        {
            return whole;
        }
        finally
        {
            key?.Dispose();
        }

        bool Fill(byte[] into) => journal.ReadAtLeast(into, into.Length, throwOnEndOfStream: false) == into.Length;
    }
}
