using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;

namespace ModularRace.Host.Features.FirstAdmin;

/// <summary>Makes an admin of everything where there is none; answers what is wrong with the email or the password.</summary>
internal sealed record MakeFirstAdmin(string Email, string Password) : ICommand<IReadOnlyList<string>>;

internal sealed class MakeFirstAdminHandler(IdentityDbContext db, DatabaseSession session, UserManager<Person> people, TimeProvider time)
    : IRequestHandler<MakeFirstAdmin, IReadOnlyList<string>>
{
    public async Task<IReadOnlyList<string>> Handle(MakeFirstAdmin request, CancellationToken cancellationToken)
    {
        // Replicas start together: one makes it, the others find it made.
        await session.LockAsync("first_admin", Guid.Empty, cancellationToken);
        if (await db.Roles.AnyAsync(r => r.Role == Roles.Admin && r.CompetitionUuid == null, cancellationToken)) return [];
        var admin = new Person { Id = Uuids.New(time), UserName = request.Email, Email = request.Email, Name = "Administrator", CreatedAt = time.GetUtcNow() };
        admin.Roles.Add(new PersonRole { Role = Roles.Admin });
        var made = await people.CreateAsync(admin, request.Password);
        return [.. made.Errors.Select(e => e.Description)];
    }
}
