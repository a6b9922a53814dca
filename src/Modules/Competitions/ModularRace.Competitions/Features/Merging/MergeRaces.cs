using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Merging;

/// <summary>Two races are one: what hangs on the first moves to the second. Again: what came since meets too.</summary>
/// <param name="Locations">Location to the one that it is the same as, null to keep it apart; the others meet by name.</param>
internal sealed record MergeRaces(Guid RaceUuid, Guid? IntoUuid, IReadOnlyDictionary<Guid, Guid?>? Locations, bool Preview) : ICommand<ReferenceMergeView>;

internal sealed class MergeRacesValidator : AbstractValidator<MergeRaces>
{
    public MergeRacesValidator() =>
        RuleFor(m => m.IntoUuid).NotNull().WithMessage("It is required.").NotEqual(m => m.RaceUuid).WithMessage("It is another race than the one of the path.");
}

internal sealed class MergeRacesHandler(CompetitionsDbContext db, ReferenceMerger merger, ReferenceAccess access) : IRequestHandler<MergeRaces, ReferenceMergeView>
{
    public async Task<ReferenceMergeView> Handle(MergeRaces request, CancellationToken cancellationToken)
    {
        await merger.LockAsync(cancellationToken);
        var from = await db.Races.SingleOrDefaultAsync(r => r.ClientUuid == request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        access.MustEdit(from.CompetitionUuid);
        var into = await db.Races.StandingAsync(request.IntoUuid!.Value, cancellationToken) ?? throw Problem.Validation("into_uuid", "There is no such race.");
        access.MustEdit(into.CompetitionUuid);
        ReferenceMerger.RequireFree(from, into);
        await RequireLocationsAsync(request, into, cancellationToken);
        return await merger.MergeAsync(from, into, RecordTypes.Race, request.Preview, () => Task.FromResult<IReadOnlyList<(Race, Race)>>([(from, into)]), cancellationToken, request.Locations);
    }

    private async Task RequireLocationsAsync(MergeRaces request, Race into, CancellationToken cancellationToken)
    {
        if (request.Locations is not { Count: > 0 } said) return;
        var (moving, standing) = (said.Keys.ToArray(), said.Values.OfType<Guid>().ToArray());
        var own = await db.RaceLocations.Where(l => moving.Contains(l.ClientUuid) && (l.SaidRaceUuid ?? l.RaceUuid) == request.RaceUuid).Select(l => l.ClientUuid).ToListAsync(cancellationToken);
        if (moving.Except(own).Any()) throw Problem.Validation("locations", "One of them is no location of this race.");
        var there = await db.RaceLocations.Where(l => standing.Contains(l.ClientUuid) && l.RaceUuid == into.ClientUuid && !l.Deleted && l.MergedInto == null).Select(l => l.ClientUuid).ToListAsync(cancellationToken);
        if (standing.Except(there).Any()) throw Problem.Validation("locations", "One of them is no location of the race that stands.");
    }
}
