using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Competitions;

/// <summary>A competition as it is typed.</summary>
internal sealed record CompetitionForm
{
    /// <summary>The revision that was shown: a form on an older one is refused.</summary>
    public string? Revision { get; set; }

    public string? Name { get; set; }

    public string? City { get; set; }

    public string? Place { get; set; }

    public string? Country { get; set; }

    public DateOnly? StartDate { get; set; }

    public DateOnly? EndDate { get; set; }

    public string? TimeZone { get; set; }

    public string? WebpageUrl { get; set; }

    public bool Practice { get; set; }

    public static CompetitionForm Of(CompetitionView c) => new()
    {
        Revision = c.Revision,
        Name = c.Name,
        City = c.City,
        Place = c.Place,
        Country = c.Country,
        StartDate = c.StartDate,
        EndDate = c.EndDate,
        TimeZone = c.TimeZone,
        WebpageUrl = c.WebpageUrl,
        Practice = c.Practice,
    };

    public CreateCompetition Creation() => new()
    {
        Name = PageForms.Typed(Name),
        City = PageForms.Typed(City),
        Place = PageForms.Typed(Place),
        Country = PageForms.Typed(Country)?.ToUpperInvariant(),
        StartDate = StartDate,
        EndDate = EndDate,
        TimeZone = PageForms.Typed(TimeZone),
        WebpageUrl = PageForms.Typed(WebpageUrl),
        Practice = Practice,
    };

    public ChangeCompetition Change(Guid competition) => new()
    {
        CompetitionUuid = competition,
        IfMatch = Revision is null ? null : $"\"{Revision}\"",
        Name = PageForms.Typed(Name),
        City = PageForms.Typed(City),
        Place = PageForms.Typed(Place),
        Country = PageForms.Typed(Country)?.ToUpperInvariant(),
        StartDate = StartDate,
        EndDate = EndDate,
        TimeZone = PageForms.Typed(TimeZone),
        WebpageUrl = PageForms.Typed(WebpageUrl),
        Practice = Practice,
    };
}
