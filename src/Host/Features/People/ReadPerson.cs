using MediatR;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;

namespace ModularRace.Host.Features.People;

internal sealed record ReadPerson(Guid PersonUuid) : IQuery<PersonView>;

internal sealed class ReadPersonHandler(IdentityDbContext db, ICurrentActor current, TimeProvider time) : IRequestHandler<ReadPerson, PersonView>
{
    public Task<PersonView> Handle(ReadPerson request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        return PersonViews.ReadAsync(db, request.PersonUuid, time.GetUtcNow(), cancellationToken);
    }
}
