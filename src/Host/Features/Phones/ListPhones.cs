using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Messaging;

namespace ModularRace.Host.Features.Phones;

/// <summary>The phones that are let in now, the latest first.</summary>
internal sealed record ListPhones : IQuery<IReadOnlyList<PhoneLine>>;

internal sealed record PhoneLine(Guid ClientUuid, string Name, DateTimeOffset JoinedAt);

internal sealed class ListPhonesHandler(IdentityDbContext db) : IRequestHandler<ListPhones, IReadOnlyList<PhoneLine>>
{
    public async Task<IReadOnlyList<PhoneLine>> Handle(ListPhones request, CancellationToken cancellationToken) =>
        await db.Phones.AsNoTracking().Where(p => p.RemovedAt == null).OrderByDescending(p => p.Id).Select(p => new PhoneLine(p.ClientUuid, p.Name, p.JoinedAt)).ToListAsync(cancellationToken);
}
