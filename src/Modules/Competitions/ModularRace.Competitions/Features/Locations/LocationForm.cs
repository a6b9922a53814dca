using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Locations;

/// <summary>A location as it is typed.</summary>
internal sealed record LocationForm
{
    /// <summary>The revision that was shown: a form on an older one is refused.</summary>
    public string? Revision { get; set; }

    public string? Name { get; set; }

    public string? CourseSegment { get; set; }

    public int? Position { get; set; }

    public string? CameraUrl { get; set; }

    public static LocationForm Of(LocationView l) =>
        new() { Revision = l.Revision, Name = l.Name, CourseSegment = l.CourseSegment, Position = l.Position, CameraUrl = l.CameraUrl };

    public CreateLocation Creation(Guid race) => new()
    {
        RaceUuid = race,
        Name = PageForms.Typed(Name),
        CourseSegment = PageForms.Typed(CourseSegment),
        Position = Position,
        CameraUrl = PageForms.Typed(CameraUrl),
    };

    public ChangeLocation Change(Guid location) => new()
    {
        LocationUuid = location,
        IfMatch = Revision is null ? null : $"\"{Revision}\"",
        Name = PageForms.Typed(Name),
        CourseSegment = PageForms.Typed(CourseSegment),
        Position = Position,
        CameraUrl = PageForms.Typed(CameraUrl),
    };
}
