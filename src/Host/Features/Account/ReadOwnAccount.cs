using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Access;
using ModularRace.Host.Features.People;
using ModularRace.Host.Identity;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Features.Account;

/// <summary>What a person is here.</summary>
internal sealed record ReadOwnAccount : IQuery<OwnAccount>;

internal sealed record OwnAccount(Guid PersonUuid, string Name, string Email, IReadOnlyList<RoleOn> Roles);

internal sealed class ReadOwnAccountHandler(IdentityDbContext db, CurrentPerson me) : IRequestHandler<ReadOwnAccount, OwnAccount>
{
    public async Task<OwnAccount> Handle(ReadOwnAccount request, CancellationToken cancellationToken)
    {
        var uuid = me.Uuid ?? throw Problem.Forbidden("Only a person has an account.");
        var person = await db.People.AsNoTracking().Include(p => p.Roles).SingleAsync(p => p.Id == uuid, cancellationToken);
        return new OwnAccount(person.Id, person.Name, person.Email!, RoleOn.Of(person.Roles));
    }
}
