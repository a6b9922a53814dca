using System.ComponentModel.DataAnnotations;
using FluentValidation;
using ModularRace.Competitions.Domain;
using ModularRace.Shared.Validation;

namespace ModularRace.Competitions.Features.Locations;

/// <summary>A place on a race's course as answers have it.</summary>
/// <param name="CameraUrl">R15: a camera's address may hold its password, so only who may change the location sees it.</param>
/// <param name="HasCamera">Whether there is one, for everybody.</param>
/// <param name="Deleted">A tombstone: no list shows it.</param>
internal sealed record LocationView(
    Guid ClientUuid, string Revision, string Origin, Guid RaceUuid, string Name, string? CourseSegment, int? Position, string? CameraUrl, bool HasCamera, bool Deleted,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static LocationView Of(RaceLocation l, bool mayEdit) =>
        new(l.ClientUuid, l.Revision, l.Origin, l.RaceUuid, l.Name, l.CourseSegment, l.Position, mayEdit ? l.CameraUrl : null, l.CameraUrl is not null, l.Deleted, l.CreatedAt, l.UpdatedAt);

    /// <summary>For who has just changed it.</summary>
    public static LocationView Of(RaceLocation l) => Of(l, mayEdit: true);
}

/// <summary>What a person says of a location, whole.</summary>
internal abstract record LocationFields
{
    [Required]
    public string? Name { get; init; }

    public string? CourseSegment { get; init; }

    public int? Position { get; init; }

    public string? CameraUrl { get; init; }

    public RaceLocation ToLocation(Guid raceUuid) =>
        new() { RaceUuid = raceUuid, Name = Name!, CourseSegment = CourseSegment, Position = Position, CameraUrl = CameraUrl };
}

internal abstract class LocationFieldsValidator<T> : AbstractValidator<T> where T : LocationFields
{
    protected LocationFieldsValidator()
    {
        RuleFor(l => l.Name).IsRequiredText(Texts.Name);
        RuleFor(l => l.CourseSegment).IsText(Texts.Name);
        RuleFor(l => l.Position).IsFrom(0, ReferenceRules.MostPosition);
        RuleFor(l => l.CameraUrl).Passes(CameraAddress.Fault);
    }
}
