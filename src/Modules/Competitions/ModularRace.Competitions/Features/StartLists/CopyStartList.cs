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

namespace ModularRace.Competitions.Features.StartLists;

/// <summary>From a qualification to a final: bibs with their athletes; heats and results stay behind.</summary>
/// <param name="RaceUuid">The race that they come to.</param>
/// <param name="FromRaceUuid">The race that they are in.</param>
/// <param name="Bibs">Those who go on; null: all.</param>
internal sealed record CopyStartList(Guid RaceUuid, Guid FromRaceUuid, IReadOnlyList<int>? Bibs) : ICommand<StartListChanges>;

internal sealed class CopyStartListValidator : AbstractValidator<CopyStartList>
{
    public CopyStartListValidator()
    {
        RuleFor(c => c.FromRaceUuid).NotEmpty().WithMessage("It is required.");
        RuleFor(c => c.FromRaceUuid).NotEqual(c => c.RaceUuid).WithMessage("It is another race.");
        RuleFor(c => c.Bibs).Must(b => b is null || b.All(n => n is >= ReferenceRules.LowestBib and <= ReferenceRules.HighestBib)).WithMessage("A bib is from 1 to 9999.");
    }
}

internal sealed class CopyStartListHandler(
    CompetitionsDbContext db, DatabaseSession session, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<CopyStartList, StartListChanges>
{
    public async Task<StartListChanges> Handle(CopyStartList request, CancellationToken cancellationToken)
    {
        var to = await db.Races.StandingAsync(request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        access.MustEdit(to.CompetitionUuid);
        var from = await db.Races.StandingAsync(request.FromRaceUuid, cancellationToken)
            ?? throw Problem.Validation("from_race_uuid", "There is no such race.");
        access.MustSee(from.CompetitionUuid);

        await session.LockAsync(StartListOrder.LockScope, Guid.Empty, cancellationToken);
        var bibs = (await db.BibAssignments.AsNoTracking().Where(b => b.RaceUuid == from.ClientUuid && !b.Deleted).ToListAsync(cancellationToken)).OnePerBib();
        if (request.Bibs is { } chosen)
        {
            var absent = chosen.Distinct().Except(bibs.Select(b => b.BibNumber)).Order().ToList();
            if (absent.Count > 0) throw Problem.Validation("bibs", $"Not on the start list: {string.Join(", ", absent.Take(20))}.");
            bibs = [.. bibs.Where(b => chosen.Contains(b.BibNumber))];
        }

        var most = to.Discipline == Disciplines.Other ? ReferenceRules.MostAthletes : ReferenceRules.AthletesPerBib(to.Discipline);
        if (bibs.Any(b => b.AthleteUuids.Length > most)) throw Problem.Validation("from_race_uuid", "Its bibs are teams, and this race is for single athletes.");

        var changes = new ReferenceChanges(db, here, time);
        var wanted = bibs.Select(b => new WantedBib(b.BibNumber, null, null, b.AthleteUuids)).ToList();
        // A bib that is there with the same athletes keeps the heat that it was given since: copying again changes nothing.
        var present = await db.BibAssignments.AsNoTracking().Where(b => b.RaceUuid == to.ClientUuid && !b.Deleted).ToListAsync(cancellationToken);
        var heats = present.OnePerBib().ToDictionary(b => b.BibNumber);
        wanted = [.. wanted.Select(w => heats.TryGetValue(w.Bib, out var b) && b.AthleteUuids.SequenceEqual(w.AthleteUuids) ? w with { Heat = b.Heat } : w)];
        var result = await new StartListWriting(db, changes, access).WriteAsync(to.ClientUuid, wanted, null, mediator, replace: false, cancellationToken);
        await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return result;
    }
}
