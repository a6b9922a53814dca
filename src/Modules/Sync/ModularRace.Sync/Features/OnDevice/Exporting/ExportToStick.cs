using System.Text.Json;
using MediatR;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice.Stick;
using ModularRace.Sync.Features.OnDevice.Journaling;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Exporting;

/// <summary>Writes the archive to the stick that is in; a file with its final name is whole.</summary>
internal sealed record ExportToStick : IRequest<StickFile>;

/// <param name="Name">Of the file on the stick.</param>
/// <param name="Clips">With their bytes; those that the cloud holds already are not among them.</param>
internal sealed record StickFile(string Name, int Records, int Clips, long SizeBytes);

internal sealed class ExportToStickHandler(IMediator mediator, StickFolder stick, TimeProvider time) : IRequestHandler<ExportToStick, StickFile>
{
    /// <exception cref="Problem">409 <c>no_stick</c>, <c>stick_failed</c>, <c>not_paired</c>, <c>archive_key_unknown</c>.</exception>
    public async Task<StickFile> Handle(ExportToStick request, CancellationToken cancellationToken)
    {
        StickFiles.Require(stick);
        var name = ArchiveNames.Archive(time.GetUtcNow());
        var path = Path.Combine(stick.Path!, name);
        try
        {
            ExportedArchive written;
            long size;
            await using (var file = new FileStream(path + ".part", FileMode.Create, FileAccess.Write, FileShare.None, 64 << 10, useAsync: true))
            {
                written = await mediator.Send(new ExportArchive((piece, cancelled) => file.WriteAsync(piece, cancelled).AsTask()), cancellationToken);
                await file.FlushAsync(cancellationToken);
                file.Flush(flushToDisk: true);
                size = file.Length;
            }

            File.Move(path + ".part", path, overwrite: true);
            return new StickFile(name, written.Records, written.Clips, size);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Problem(409, "stick_failed", StickFault.Of(e).Message);
        }
    }
}

/// <summary>Takes the newest receipt for this Pi that lies on the stick.</summary>
internal sealed record TakeReceiptFromStick : IRequest<TakenReceipt>;

internal sealed class TakeReceiptFromStickHandler(IMediator mediator, StickFolder stick) : IRequestHandler<TakeReceiptFromStick, TakenReceipt>
{
    private const int MostFiles = 50;
    private const long Largest = 64 << 20;

    /// <exception cref="Problem">404 where there is none; 409 as for the file itself.</exception>
    public async Task<TakenReceipt> Handle(TakeReceiptFromStick request, CancellationToken cancellationToken)
    {
        StickFiles.Require(stick);
        Problem? last = null;
        try
        {
            foreach (var file in new DirectoryInfo(stick.Path!).EnumerateFiles($"*{ArchiveNames.ReceiptEnding}").OrderByDescending(f => f.LastWriteTimeUtc).Take(MostFiles).Where(f => f.Length <= Largest))
            {
                try
                {
                    await using var stream = file.OpenRead();
                    if (await JsonSerializer.DeserializeAsync<ImportReceipt>(stream, ApiJson.Options, cancellationToken) is { } receipt) return await mediator.Send(new TakeReceipt(receipt), cancellationToken);
                }
                catch (JsonException)
                {
                    // Something else with that ending.
                }
                catch (Problem e)
                {
                    last ??= e;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Problem(409, "stick_failed", StickFault.Of(e).Message);
        }

        throw last ?? new Problem(404, "not_found", "There is no receipt on the stick yet: the cloud gives one for the archive.");
    }
}

internal static class StickFiles
{
    public static void Require(StickFolder stick)
    {
        if (!stick.IsThere) throw new Problem(409, "no_stick", StickFault.Missing().Message);
    }
}
