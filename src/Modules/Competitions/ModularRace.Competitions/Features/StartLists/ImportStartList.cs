using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Validation;

namespace ModularRace.Competitions.Features.StartLists;

/// <summary>Takes a whole file or nothing; the same file again changes nothing.</summary>
/// <param name="Csv">The bytes as sent.</param>
/// <param name="Mode"><c>merge</c> (where none is said): bibs that the file does not name stay. <c>replace</c>: they leave.</param>
/// <param name="Preview">Says what would change, and changes nothing.</param>
internal sealed record ImportStartList(Guid RaceUuid, ReadOnlyMemory<byte> Csv, string? Mode, bool Preview) : ICommand<StartListChanges>
{
    public const string Merge = "merge", Replace = "replace";

    /// <summary>Bytes, decompressed.</summary>
    public const int LargestFile = 5 * 1024 * 1024;
}

internal sealed class ImportStartListValidator : AbstractValidator<ImportStartList>
{
    public ImportStartListValidator() => RuleFor(i => i.Mode).IsOneOf([ImportStartList.Merge, ImportStartList.Replace]);
}

internal sealed class ImportStartListHandler(
    CompetitionsDbContext db, DatabaseSession session, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<ImportStartList, StartListChanges>
{
    public async Task<StartListChanges> Handle(ImportStartList request, CancellationToken cancellationToken)
    {
        var race = await db.Races.StandingAsync(request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        access.MustEdit(race.CompetitionUuid);
        var lines = StartListCsv.Read(request.Csv.Span, ReferenceRules.AthletesPerBib(race.Discipline), out var errors);
        if (errors.Count > 0) throw Problem.Validation(errors, "invalid_start_list");

        await session.LockAsync(StartListOrder.LockScope, Guid.Empty, cancellationToken);
        var changes = new ReferenceChanges(db, here, time);
        var entries = lines.SelectMany(l => l.Athletes).ToList();
        var register = await AthleteRegister.LoadAsync(db, entries, cancellationToken);
        var athletes = register.Resolve(entries, changes, access);

        var next = 0;
        var wanted = new List<WantedBib>(lines.Count);
        foreach (var line in lines)
        {
            wanted.Add(new WantedBib(line.Bib, line.Heat, null, [.. athletes.AsSpan(next, line.Athletes.Count).ToArray().Select(a => a.ClientUuid)]));
            next += line.Athletes.Count;
        }

        var result = await new StartListWriting(db, changes, access)
            .WriteAsync(race.ClientUuid, wanted, register, mediator, request.Mode == ImportStartList.Replace, cancellationToken);
        if (request.Preview) db.ChangeTracker.Clear();
        else await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return result;
    }
}
