using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Validation;

namespace ModularRace.Host.Features.ApiKeys;

/// <summary>Makes a key for an integration. It has one role, never admin, on some competitions or (null) all.</summary>
internal sealed record CreateApiKey(
    [property: Required] string? Name, [property: Required, AllowedValues("jury_president", "var_operator", "referee", "viewer")] string? Role, IReadOnlyList<Guid>? CompetitionUuids, DateTimeOffset? ExpiresAt) : ICommand<CreatedApiKey>
{
    /// <summary>Of a form, so that sending it twice makes one key (R2): the second is refused with 409, for the key cannot be told again.</summary>
    [JsonIgnore]
    public Guid? ClientUuid { get; init; }
}

internal sealed class CreateApiKeyValidator : AbstractValidator<CreateApiKey>
{
    public CreateApiKeyValidator(TimeProvider time)
    {
        RuleFor(r => r.Name).IsRequiredText(Texts.Name);
        RuleFor(r => r.Role).NotEmpty().WithMessage("It is required.").IsOneOf([.. Roles.All.Where(r => r != Roles.Admin)]);
        RuleFor(r => r.CompetitionUuids).Must(c => c is null || (c.Count is > 0 and <= 500 && !c.Contains(Guid.Empty)))
            .WithMessage("It is a list of 1 to 500 UUIDs, or absent for all competitions.");
        RuleFor(r => r.ExpiresAt).Must(at => at is null || at > time.GetUtcNow()).WithMessage("It lies in the past.");
    }
}

/// <param name="Key">Told this once.</param>
/// <param name="ClientUuid">What it is revoked by.</param>
internal sealed record CreatedApiKey(
    Guid ClientUuid, string Name, string Role, IReadOnlyList<Guid>? CompetitionUuids, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? ExpiresAt, string Key);

internal sealed class CreateApiKeyHandler(IdentityDbContext db, ICurrentActor current, AuditTrail audit, TimeProvider time) : IRequestHandler<CreateApiKey, CreatedApiKey>
{
    public async Task<CreatedApiKey> Handle(CreateApiKey request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        if (request.ClientUuid is { } uuid && await db.ApiKeys.AnyAsync(k => k.ClientUuid == uuid, cancellationToken))
            throw Problem.Conflict("uuid_exists", "This key was made already, and was shown once. If nobody has it, end it and make another.");
        var secret = Secrets.New(Secrets.ApiKey);
        var key = new ApiKey
        {
            ClientUuid = request.ClientUuid ?? Uuids.New(time),
            Name = request.Name!,
            Role = request.Role!,
            CompetitionUuids = request.CompetitionUuids is { } some ? [.. some.Distinct()] : null,
            Digest = Secrets.Digest(secret),
            CreatedBy = current.SignatureOn(null),
            CreatedAt = Instants.ToMilliseconds(time.GetUtcNow()),
            ExpiresAt = request.ExpiresAt,
        };
        db.ApiKeys.Add(key);
        await db.SaveChangesAsync(cancellationToken);
        await audit.NoteAsync(AuditActions.KeyMade, About.Of(key), $"{key.Role}{(key.CompetitionUuids is { } on ? $" on {on.Length} competition{(on.Length == 1 ? "" : "s")}" : "")}", cancellationToken);
        return new CreatedApiKey(key.ClientUuid, key.Name, key.Role, key.CompetitionUuids, key.CreatedAt, key.CreatedBy, key.ExpiresAt, secret);
    }
}
