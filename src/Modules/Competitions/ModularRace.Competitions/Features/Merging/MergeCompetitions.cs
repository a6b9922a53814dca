using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Merging;

/// <summary>
/// Two competitions are one, such as one that was made on a Pi in an emergency: what hangs on the first moves to the second,
/// and races of the same name and discipline meet. Again: what came since meets too.
/// </summary>
internal sealed record MergeCompetitions(Guid CompetitionUuid, Guid? IntoUuid, bool Preview) : ICommand<ReferenceMergeView>;

internal sealed class MergeCompetitionsValidator : AbstractValidator<MergeCompetitions>
{
    public MergeCompetitionsValidator() =>
        RuleFor(m => m.IntoUuid).NotNull().WithMessage("It is required.").NotEqual(m => m.CompetitionUuid).WithMessage("It is another competition than the one of the path.");
}

internal sealed class MergeCompetitionsHandler(CompetitionsDbContext db, ReferenceMerger merger, ReferenceAccess access) : IRequestHandler<MergeCompetitions, ReferenceMergeView>
{
    public async Task<ReferenceMergeView> Handle(MergeCompetitions request, CancellationToken cancellationToken)
    {
        access.MustEdit(request.CompetitionUuid);
        await merger.LockAsync(cancellationToken);
        var from = await db.Competitions.SingleOrDefaultAsync(c => c.ClientUuid == request.CompetitionUuid, cancellationToken) ?? throw Problem.NotFound("competition");
        var into = await db.Competitions.StandingAsync(request.IntoUuid!.Value, cancellationToken) ?? throw Problem.Validation("into_uuid", "There is no such competition.");
        access.MustEdit(into.ClientUuid);
        ReferenceMerger.RequireFree(from, into);
        return await merger.MergeAsync(from, into, RecordTypes.Competition, request.Preview, () => MeetAsync(from, into, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// The same name and discipline, once on each side: where it is not clear which is which an admin merges race by race. Those
    /// that met before are among them, for what came to them since.
    /// </summary>
    private async Task<IReadOnlyList<(Race From, Race Into)>> MeetAsync(Competition from, Competition into, CancellationToken cancellationToken)
    {
        var moving = await db.Races.Where(r => (r.SaidCompetitionUuid ?? r.CompetitionUuid) == from.ClientUuid).ToListAsync(cancellationToken);
        var standing = (await db.Races.AsNoTracking().Where(r => r.CompetitionUuid == into.ClientUuid && r.MergedInto == null).ToListAsync(cancellationToken))
            .Where(r => moving.TrueForAll(m => m.ClientUuid != r.ClientUuid)).ToList();
        var byKey = standing.ToLookup(Key);
        return
        [
            .. moving.Where(r => r.MergedInto is not null).Join(standing, r => r.MergedInto, s => s.ClientUuid, (r, s) => (r, s)),
            .. moving.Where(r => r.MergedInto is null).GroupBy(Key).Where(g => g.Count() == 1 && byKey[g.Key].Count() == 1).Select(g => (g.Single(), byKey[g.Key].Single())),
        ];
    }

    private static (string, string) Key(Race race) => (Names.Folded(race.Name), race.Discipline);
}
