using System.Buffers;
using System.Security.Cryptography;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Features.Clips;

/// <summary>
/// The next bytes of a clip (tus PATCH). No transaction is around it, for they come over the slowest links; what came is
/// written down at each second or mebibyte and where it ends, be it cut off, and is asked for no more. With the last byte the
/// whole is verified, judged and kept.
/// </summary>
/// <param name="Offset">Where they belong: just where it stopped, else 409.</param>
/// <param name="Sha256">Of these bytes alone: they are taken whole and right, or not at all. Null: not said.</param>
/// <param name="Announced">How many come; null: not said.</param>
internal sealed record WriteClip(Guid UploadUuid, long Offset, byte[]? Sha256, long? Announced, Stream Body) : IRequest<ClipProgress>;

internal sealed class WriteClipHandler(IncidentsDbContext db, IClipStore store, ClipWriters writers, ClipAccess access, IMediator mediator, TimeProvider time)
    : IRequestHandler<WriteClip, ClipProgress>
{
    private const int Block = 64 * 1024, MostAtRisk = 1024 * 1024;
    private static readonly TimeSpan LongestAtRisk = TimeSpan.FromSeconds(1), LongestSilence = TimeSpan.FromSeconds(60);

    /// <exception cref="Problem">404; 409 <c>offset_mismatch, upload_superseded</c>; 423 <c>upload_busy</c>; 413; 415 <c>clip_refused</c>; 460 <c>checksum_mismatch</c>.</exception>
    public async Task<ClipProgress> Handle(WriteClip request, CancellationToken cancellationToken)
    {
        await ReadClipUploadHandler.RequireOwnAsync(db, access, request.UploadUuid, cancellationToken);
        using var turn = await writers.TryTakeAsync(request.UploadUuid, cancellationToken) ?? throw new Problem(423, "upload_busy", "Another request sends this upload just now.");
        var writer = Uuids.New(time);
        // What is on the disk counts: where the file was lost, it begins anew.
        var upload = await mediator.Send(new TakeOverUpload(request.UploadUuid, writer, await store.IncomingLengthAsync(request.UploadUuid, cancellationToken)), cancellationToken);
        if (upload.Received != request.Offset)
            throw new Problem(409, "offset_mismatch", "The upload stands at another byte.") { Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["offset"] = upload.Received } };
        if (request.Announced > upload.Length - upload.Received) throw TooMuch();
        var position = upload.FinishedAt is null ? await ReceiveAsync(request, upload, writer, turn, cancellationToken) : upload.Received;
        return new ClipProgress(upload.UploadUuid, upload.ReportUuid, position, upload.Length, Created: false);
    }

    private async Task<long> ReceiveAsync(WriteClip request, ClipUpload upload, Guid writer, ClipWriters.Turn turn, CancellationToken cancellationToken)
    {
        long position;
        await using (var place = await store.OpenIncomingAsync(upload.UploadUuid, upload.Received, cancellationToken))
        {
            var landing = new Landing(place, upload.Received);
            try
            {
                await ReadAsync(request, upload, landing, writer, turn, cancellationToken);
            }
            catch (Exception) when (request.Sha256 is null && landing.Position < upload.Length)
            {
                // The link broke, or the host stops: R12, it goes on at this byte.
                await CommitAsync(landing, upload, writer);
                throw;
            }

            position = landing.Position;
            if (position < upload.Length) await CommitAsync(landing, upload, writer);
            else await place.FlushAsync(CancellationToken.None);
        }

        if (position == upload.Length) await mediator.Send(new FinishClip(upload, writer), CancellationToken.None);
        return position;
    }

    private async Task ReadAsync(WriteClip request, ClipUpload upload, Landing landing, Guid writer, ClipWriters.Turn turn, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, turn.Superseded);
        using var checksum = request.Sha256 is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            // With the last byte it is whole: the end of the request may be lost.
            while (landing.Position < upload.Length && await NextAsync() is > 0 and var count)
            {
                if (landing.Position + count > upload.Length) throw TooMuch();
                turn.Heard();
                checksum?.AppendData(buffer, 0, count);
                await landing.WriteAsync(buffer.AsMemory(0, count), CancellationToken.None);
                if (checksum is null && landing.AtRisk >= MostAtRisk && landing.Position < upload.Length) await CommitAsync(landing, upload, writer);
            }
        }
        catch (OperationCanceledException) when (turn.Superseded.IsCancellationRequested)
        {
            throw new Problem(409, "upload_superseded", "Another request goes on with this upload.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (checksum is not null && !checksum.GetHashAndReset().AsSpan().SequenceEqual(request.Sha256)) throw FinishClipHandler.Mismatch("These bytes are not those that were announced.");

        // Where nothing comes for a second, what came is written down: another replica may be asked how far it is.
        async Task<int> NextAsync()
        {
            stop.CancelAfter(LongestSilence);
            var next = request.Body.ReadAsync(buffer.AsMemory(0, Block), stop.Token).AsTask();
            if (checksum is null && landing.AtRisk > 0 && landing.Position < upload.Length)
            {
                try
                {
                    return await next.WaitAsync(LongestAtRisk, time, CancellationToken.None);
                }
                catch (TimeoutException)
                {
                    await CommitAsync(landing, upload, writer);
                }
            }

            return await next;
        }
    }

    /// <summary>R1: first the bytes, then the word that they are here.</summary>
    private async Task CommitAsync(Landing landing, ClipUpload upload, Guid writer)
    {
        if (landing.AtRisk == 0) return;
        await landing.FlushAsync();
        await mediator.Send(new NoteReceived(upload.UploadUuid, writer, landing.Committed, landing.Position), CancellationToken.None);
        landing.Committed = landing.Position;
    }

    private static Problem TooMuch() => new(413, "payload_too_large", "More came than was announced.");

    private sealed class Landing(IClipLanding place, long from)
    {
        public long Position { get; private set; } = from;

        public long Committed { get; set; } = from;

        public long AtRisk => Position - Committed;

        public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            await place.WriteAsync(bytes, cancellationToken);
            Position += bytes.Length;
        }

        public Task FlushAsync() => place.FlushAsync(CancellationToken.None);
    }
}

/// <summary>From here on another writes the upload.</summary>
/// <param name="OnDisk">So much of it lies here; where that is less than was said, it begins anew.</param>
internal sealed record TakeOverUpload(Guid UploadUuid, Guid Writer, long OnDisk) : ICommand<ClipUpload>;

internal sealed class TakeOverUploadHandler(IncidentsDbContext db, TimeProvider time) : IRequestHandler<TakeOverUpload, ClipUpload>
{
    public async Task<ClipUpload> Handle(TakeOverUpload request, CancellationToken cancellationToken)
    {
        var upload = await db.ClipUploads.FromSql($"SELECT * FROM incidents.clip_uploads WHERE upload_uuid = {request.UploadUuid} FOR UPDATE").SingleOrDefaultAsync(cancellationToken)
            ?? throw Problem.NotFound("upload");
        if (upload.FinishedAt is null && request.OnDisk < upload.Received) upload.Received = 0;
        (upload.Writer, upload.TouchedAt) = (request.Writer, time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        return upload;
    }
}

/// <summary>So many bytes of it are on the disk.</summary>
internal sealed record NoteReceived(Guid UploadUuid, Guid Writer, long From, long To) : ICommand<Done>;

internal sealed class NoteReceivedHandler(IncidentsDbContext db, TimeProvider time) : IRequestHandler<NoteReceived, Done>
{
    public async Task<Done> Handle(NoteReceived request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var noted = await db.ClipUploads.Where(u => u.UploadUuid == request.UploadUuid && u.Writer == request.Writer && u.Received == request.From)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.Received, request.To).SetProperty(u => u.TouchedAt, now), cancellationToken);
        return noted == 1 ? default(Done) : throw new Problem(409, "upload_superseded", "Another request goes on with this upload.");
    }
}
