using FluentValidation;
using MediatR;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice.Stick;
using ModularRace.Sync.Features.OnDevice.Exporting;
using ModularRace.Sync.Features.OnDevice.Journaling;

namespace ModularRace.Sync.Features.OnDevice.StartLists;

/// <summary>A start list as it lies on the memory stick; the screen sends it on to the race (<c>POST /races/{uuid}/start-list</c>), as the desk does.</summary>
/// <param name="Name">One of <see cref="ListStickStartLists"/>, to the letter.</param>
internal sealed record ReadStickStartList(string? Name) : IQuery<StickCsv>;

internal sealed record StickCsv(byte[] Csv);

internal sealed class ReadStickStartListValidator : AbstractValidator<ReadStickStartList>
{
    public ReadStickStartListValidator() => RuleFor(r => r.Name).NotEmpty().WithMessage("It is required: a file's name.");
}

internal sealed class ReadStickStartListHandler(StickFolder stick) : IRequestHandler<ReadStickStartList, StickCsv>
{
    /// <summary>Bytes; what the contract takes of a start list.</summary>
    private const int Largest = 5 * 1024 * 1024;

    /// <exception cref="Problem">404 where it is not there; 409 <c>no_stick</c>, <c>stick_failed</c>; 413 <c>payload_too_large</c>.</exception>
    public async Task<StickCsv> Handle(ReadStickStartList request, CancellationToken cancellationToken)
    {
        StickFiles.Require(stick);
        try
        {
            // Found by its name among those that may be read, never by a path: what was asked for opens nothing.
            var file = ListStickStartListsHandler.CsvFiles(stick).FirstOrDefault(f => string.Equals(f.Name, request.Name, StringComparison.Ordinal)) ?? throw Problem.NotFound("start list on the stick");
            if (file.Length > Largest) throw new Problem(413, "payload_too_large", $"The file is larger than {Largest / 1024 / 1024} MiB.");
            var csv = new byte[(int)file.Length];
            await using var stream = file.OpenRead();
            // A file that grows meanwhile is read as far as it was listed.
            await stream.ReadExactlyAsync(csv, cancellationToken);
            return new StickCsv(csv);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Problem(409, "stick_failed", StickFault.Of(e).Message);
        }
    }
}
