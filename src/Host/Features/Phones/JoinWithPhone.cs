using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Validation;

namespace ModularRace.Host.Features.Phones;

/// <summary>A referee's own phone comes in by the code on the Pi's screen, which is used up by it.</summary>
/// <param name="Code">From the QR code.</param>
/// <param name="Name">Of who reports on it: each report is signed with it.</param>
internal sealed record JoinWithPhone(string? Code, string? Name) : ICommand<PhoneLine>;

internal sealed class JoinWithPhoneValidator : AbstractValidator<JoinWithPhone>
{
    public JoinWithPhoneValidator() => RuleFor(r => r.Name).IsRequiredText(Most);

    public const int Most = 60;
}

internal sealed class JoinWithPhoneHandler(IdentityDbContext db, PhoneInvitations invitations, TimeProvider time) : IRequestHandler<JoinWithPhone, PhoneLine>
{
    /// <summary>A whole race's officials; more than that is somebody who should not be there.</summary>
    public const int MostPhones = 20;

    public async Task<PhoneLine> Handle(JoinWithPhone request, CancellationToken cancellationToken)
    {
        if (await db.Phones.CountAsync(p => p.RemovedAt == null, cancellationToken) >= MostPhones)
            throw new Problem(StatusCodes.Status409Conflict, "too_many_phones", $"{MostPhones} phones are in already. Remove one on the Pi's screen.");
        if (!invitations.Take(request.Code)) throw UsedUp();
        var phone = new Phone { ClientUuid = Uuids.New(time), Name = request.Name!.Trim(), JoinedAt = Instants.ToMilliseconds(time.GetUtcNow()) };
        db.Phones.Add(phone);
        await db.SaveChangesAsync(cancellationToken);
        return new PhoneLine(phone.ClientUuid, phone.Name, phone.JoinedAt);
    }

    public static Problem UsedUp() => new(StatusCodes.Status410Gone, "code_used_up", "This code was used already, or is too old. Touch “New code” on the Pi's screen and scan it.");
}
