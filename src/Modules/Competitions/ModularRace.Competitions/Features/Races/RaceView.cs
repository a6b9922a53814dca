using System.ComponentModel.DataAnnotations;
using FluentValidation;
using ModularRace.Competitions.Domain;
using ModularRace.Shared.Validation;

namespace ModularRace.Competitions.Features.Races;

/// <summary>A race as answers have it.</summary>
/// <param name="Discipline"><c>individual, team, sprint, vertical, mixed_relay, other</c>.</param>
/// <param name="Stage">Free text, such as "Qualification".</param>
/// <param name="Status"><c>scheduled, in_progress, completed, cancelled</c>.</param>
/// <param name="MergedInto">The race that it was merged into; null: none.</param>
internal sealed record RaceView(
    Guid ClientUuid, string Revision, string Origin, Guid CompetitionUuid, string Name, [property: AllowedValues("individual", "team", "sprint", "vertical", "mixed_relay", "other")] string Discipline, string? Stage, string? Category,
    DateTimeOffset? ScheduledAt, int? Position, [property: AllowedValues("scheduled", "in_progress", "completed", "cancelled")] string Status, Guid? MergedInto, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static RaceView Of(Race r) =>
        new(r.ClientUuid, r.Revision, r.Origin, r.CompetitionUuid, r.Name, r.Discipline, r.Stage, r.Category, r.ScheduledAt, r.Position, r.Status, r.MergedInto,
            r.CreatedAt, r.UpdatedAt);
}

/// <summary>What a person says of a race, whole.</summary>
internal abstract record RaceFields
{
    [Required]
    public string? Name { get; init; }

    /// <summary><c>individual, team, sprint, vertical, mixed_relay, other</c>.</summary>
    [Required]
    [AllowedValues("individual", "team", "sprint", "vertical", "mixed_relay", "other")]
    public string? Discipline { get; init; }

    public string? Stage { get; init; }

    public string? Category { get; init; }

    public DateTimeOffset? ScheduledAt { get; init; }

    public int? Position { get; init; }

    /// <summary><c>scheduled</c> (where none is said), <c>in_progress, completed, cancelled</c>.</summary>
    [AllowedValues("scheduled", "in_progress", "completed", "cancelled", null)]
    public string? Status { get; init; }

    public Race ToRace(Guid competitionUuid) => new()
    {
        CompetitionUuid = competitionUuid,
        Name = Name!,
        Discipline = Discipline!,
        Stage = Stage,
        Category = Category,
        ScheduledAt = ScheduledAt,
        Position = Position,
        Status = Status ?? Race.Scheduled,
    };
}

internal abstract class RaceFieldsValidator<T> : AbstractValidator<T> where T : RaceFields
{
    protected RaceFieldsValidator()
    {
        RuleFor(r => r.Name).IsRequiredText(Texts.Name);
        RuleFor(r => r.Discipline).NotNull().WithMessage("It is required.");
        RuleFor(r => r.Discipline).IsOneOf(Disciplines.All);
        RuleFor(r => r.Stage).IsText(Texts.Name);
        RuleFor(r => r.Category).IsText(Texts.Name);
        RuleFor(r => r.Position).IsFrom(0, ReferenceRules.MostPosition);
        RuleFor(r => r.Status).IsOneOf(ReferenceRules.RaceStatuses);
    }
}
