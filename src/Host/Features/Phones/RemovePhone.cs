using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;

namespace ModularRace.Host.Features.Phones;

/// <summary>Lets a phone in no more, from its next request on. What it reported stays. Again: unchanged.</summary>
internal sealed record RemovePhone(Guid ClientUuid) : ICommand<PhoneLine>;

internal sealed class RemovePhoneHandler(IdentityDbContext db, TimeProvider time) : IRequestHandler<RemovePhone, PhoneLine>
{
    public async Task<PhoneLine> Handle(RemovePhone request, CancellationToken cancellationToken)
    {
        var phone = await db.Phones.SingleOrDefaultAsync(p => p.ClientUuid == request.ClientUuid, cancellationToken) ?? throw Problem.NotFound("phone");
        phone.RemovedAt ??= Instants.ToMilliseconds(time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        return new PhoneLine(phone.ClientUuid, phone.Name, phone.JoinedAt);
    }
}
