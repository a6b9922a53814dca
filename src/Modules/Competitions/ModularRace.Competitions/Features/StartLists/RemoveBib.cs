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

/// <summary>Leaves a tombstone. A bib with incidents stays: 409 <c>in_use</c>. Again: unchanged.</summary>
internal sealed record RemoveBib(Guid RaceUuid, int Bib, string? IfMatch = null) : ICommand<BibView>;

internal sealed class RemoveBibHandler(
    CompetitionsDbContext db, DatabaseSession session, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<RemoveBib, BibView>
{
    public async Task<BibView> Handle(RemoveBib request, CancellationToken cancellationToken)
    {
        var race = await db.Races.StandingAsync(request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        access.MustEdit(race.CompetitionUuid);
        await session.LockAsync(StartListOrder.LockScope, Guid.Empty, cancellationToken);
        var rows = await db.BibAssignments.Where(b => b.RaceUuid == race.ClientUuid && b.BibNumber == request.Bib).ToListAsync(cancellationToken);
        var stored = rows.OnePerBib().SingleOrDefault() ?? throw Problem.NotFound("bib on this start list");
        if (!stored.Deleted)
        {
            stored.MustMatch(request.IfMatch);
            var changes = new ReferenceChanges(db, here, time);
            // Where two sides gave out the bib, both go: else the other would come up in its place.
            await new StartListWriting(db, changes, access).RemoveAsync(race.ClientUuid, [.. rows.Where(r => !r.Deleted)], mediator, cancellationToken);
            await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        }

        return BibView.Of(stored, await db.Athletes.WearingAsync([stored], cancellationToken));
    }
}
