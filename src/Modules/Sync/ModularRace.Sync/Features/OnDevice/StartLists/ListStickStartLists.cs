using MediatR;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice.Stick;
using ModularRace.Sync.Features.OnDevice.Exporting;
using ModularRace.Sync.Features.OnDevice.Journaling;

namespace ModularRace.Sync.Features.OnDevice.StartLists;

/// <summary>The CSV files that lie on the memory stick, newest first.</summary>
internal sealed record ListStickStartLists : IQuery<StickStartLists>;

/// <param name="Items">At most 60.</param>
internal sealed record StickStartLists(IReadOnlyList<StickStartList> Items);

/// <param name="Name">Of the file, without a folder.</param>
/// <param name="ChangedAt">As the stick tells it.</param>
internal sealed record StickStartList(string Name, long SizeBytes, DateTimeOffset ChangedAt);

internal sealed class ListStickStartListsHandler(StickFolder stick) : IRequestHandler<ListStickStartLists, StickStartLists>
{
    private const int MostFiles = 60;

    /// <exception cref="Problem">409 <c>no_stick</c>, <c>stick_failed</c>.</exception>
    public Task<StickStartLists> Handle(ListStickStartLists request, CancellationToken cancellationToken)
    {
        StickFiles.Require(stick);
        try
        {
            return Task.FromResult(new StickStartLists(
                [.. CsvFiles(stick).OrderByDescending(f => f.LastWriteTimeUtc).Take(MostFiles).Select(f => new StickStartList(f.Name, f.Length, new DateTimeOffset(f.LastWriteTimeUtc)))]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Problem(409, "stick_failed", StickFault.Of(e).Message);
        }
    }

    /// <summary>What lies on the stick itself: no hidden file, no link, which may lead to something else of this machine, and nothing without a length, such as a pipe that would never end.</summary>
    public static IEnumerable<FileInfo> CsvFiles(StickFolder stick) =>
        new DirectoryInfo(stick.Path!).EnumerateFiles("*", new EnumerationOptions { AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint })
            .Where(f => f.Length > 0 && f.Extension.Equals(".csv", StringComparison.OrdinalIgnoreCase));
}
