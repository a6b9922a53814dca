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

/// <summary>Takes bibs off a start list, such as 76 to 750 after a slip of the finger; all of them, or none where one has incidents (409 <c>in_use</c>). Again: unchanged.</summary>
/// <param name="RaceUuid">The race.</param>
/// <param name="First">Lowest bib.</param>
/// <param name="Last">Highest bib; null: one.</param>
internal sealed record RemoveBibs(Guid RaceUuid, int? First, int? Last) : ICommand<StartListChanges>;

internal sealed class RemoveBibsValidator : AbstractValidator<RemoveBibs>
{
    public RemoveBibsValidator()
    {
        RuleFor(b => b.First).NotNull().WithMessage("It is required.");
        RuleFor(b => b.First).IsFrom(ReferenceRules.LowestBib, ReferenceRules.HighestBib);
        RuleFor(b => b.Last).IsFrom(ReferenceRules.LowestBib, ReferenceRules.HighestBib);
        RuleFor(b => b.Last).Must((b, last) => last is null || b.First is null || last >= b.First).WithMessage("It is not before the first.");
    }
}

internal sealed class RemoveBibsHandler(
    CompetitionsDbContext db, DatabaseSession session, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<RemoveBibs, StartListChanges>
{
    public async Task<StartListChanges> Handle(RemoveBibs request, CancellationToken cancellationToken)
    {
        var race = await db.Races.StandingAsync(request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        access.MustEdit(race.CompetitionUuid);
        await session.LockAsync(StartListOrder.LockScope, Guid.Empty, cancellationToken);
        var (first, last) = (request.First!.Value, request.Last ?? request.First.Value);
        var leaving = await db.BibAssignments.Where(b => b.RaceUuid == race.ClientUuid && !b.Deleted && b.BibNumber >= first && b.BibNumber <= last).ToListAsync(cancellationToken);
        var changes = new ReferenceChanges(db, here, time);
        await new StartListWriting(db, changes, access).RemoveAsync(race.ClientUuid, leaving, mediator, cancellationToken);
        await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return new StartListChanges(0, 0, 0, leaving.DistinctBy(b => b.BibNumber).Count(), 0);
    }
}
