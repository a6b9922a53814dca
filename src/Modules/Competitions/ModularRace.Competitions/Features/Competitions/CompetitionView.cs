using System.ComponentModel.DataAnnotations;
using FluentValidation;
using ModularRace.Competitions.Domain;
using ModularRace.Shared.Validation;

namespace ModularRace.Competitions.Features.Competitions;

/// <summary>A competition as answers have it.</summary>
/// <param name="Country">Three capital letters.</param>
/// <param name="TimeZone">IANA.</param>
/// <param name="Practice">Never in metrics, webhooks or exports.</param>
/// <param name="MergedInto">The competition that it was merged into; null: none.</param>
internal sealed record CompetitionView(
    Guid ClientUuid, string Revision, string Origin, string Name, string? City, string? Place, string Country, DateOnly StartDate, DateOnly EndDate,
    string TimeZone, string? WebpageUrl, bool Practice, Guid? MergedInto, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static CompetitionView Of(Competition c) =>
        new(c.ClientUuid, c.Revision, c.Origin, c.Name, c.City, c.Place, c.Country, c.StartDate, c.EndDate, c.TimeZone, c.WebpageUrl, c.Practice, c.MergedInto,
            c.CreatedAt, c.UpdatedAt);
}

/// <summary>What a person says of a competition, whole.</summary>
internal abstract record CompetitionFields
{
    [Required]
    public string? Name { get; init; }

    public string? City { get; init; }

    public string? Place { get; init; }

    /// <summary>Three capital letters.</summary>
    [Required]
    public string? Country { get; init; }

    [Required]
    public DateOnly? StartDate { get; init; }

    [Required]
    public DateOnly? EndDate { get; init; }

    /// <summary>IANA, such as <c>Europe/Rome</c>.</summary>
    [Required]
    public string? TimeZone { get; init; }

    public string? WebpageUrl { get; init; }

    public bool? Practice { get; init; }

    public Competition ToCompetition() => new()
    {
        Name = Name!,
        City = City,
        Place = Place,
        Country = Country!,
        StartDate = StartDate!.Value,
        EndDate = EndDate!.Value,
        TimeZone = TimeZone!,
        WebpageUrl = WebpageUrl,
        Practice = Practice ?? false,
    };
}

internal abstract class CompetitionFieldsValidator<T> : AbstractValidator<T> where T : CompetitionFields
{
    protected CompetitionFieldsValidator()
    {
        RuleFor(c => c.Name).IsRequiredText(Texts.Name);
        RuleFor(c => c.City).IsText(Texts.Name);
        RuleFor(c => c.Place).IsText(Texts.Name);
        RuleFor(c => c.Country).NotNull().WithMessage("It is required.");
        RuleFor(c => c.Country).Passes(ReferenceRules.NationFault);
        RuleFor(c => c.StartDate).NotNull().WithMessage("It is required.");
        RuleFor(c => c.EndDate).NotNull().WithMessage("It is required.");
        RuleFor(c => c.EndDate).Must((c, end) => end >= c.StartDate).When(c => c.StartDate is not null && c.EndDate is not null)
            .WithMessage("It is not before start_date.");
        RuleFor(c => c.TimeZone).NotNull().WithMessage("It is required.");
        RuleFor(c => c.TimeZone).Passes(ReferenceRules.TimeZoneFault);
        RuleFor(c => c.WebpageUrl).IsText(ReferenceRules.Url);
        RuleFor(c => c.WebpageUrl).Passes(ReferenceRules.PageFault);
    }
}
