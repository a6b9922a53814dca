using ModularRace.Competitions.Domain;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Competitions.Features.Races;

/// <summary>A race as it is typed; its time is on the venue's clock.</summary>
internal sealed record RaceForm
{
    /// <summary>The revision that was shown: a form on an older one is refused.</summary>
    public string? Revision { get; set; }

    public string? Name { get; set; }

    public string? Discipline { get; set; }

    public string? Stage { get; set; }

    public string? Category { get; set; }

    public DateTime? ScheduledAt { get; set; }

    public int? Position { get; set; }

    public string? Status { get; set; }

    public static RaceForm Of(RaceView r, VenueTime venue) => new()
    {
        Revision = r.Revision,
        Name = r.Name,
        Discipline = r.Discipline,
        Stage = r.Stage,
        Category = r.Category,
        ScheduledAt = r.ScheduledAt is { } at ? venue.Local(at).DateTime : null,
        Position = r.Position,
        Status = r.Status,
    };

    public CreateRace Creation(Guid competition, VenueTime venue) => new()
    {
        CompetitionUuid = competition,
        Name = PageForms.Typed(Name),
        Discipline = Discipline,
        Stage = PageForms.Typed(Stage),
        Category = PageForms.Typed(Category),
        ScheduledAt = ScheduledAt is { } at ? venue.From(at) : null,
        Position = Position,
        Status = Status,
    };

    public ChangeRace Change(Guid race, VenueTime venue) => new()
    {
        RaceUuid = race,
        IfMatch = Revision is null ? null : $"\"{Revision}\"",
        Name = PageForms.Typed(Name),
        Discipline = Discipline,
        Stage = PageForms.Typed(Stage),
        Category = PageForms.Typed(Category),
        ScheduledAt = ScheduledAt is { } at ? venue.From(at) : null,
        Position = Position,
        Status = Status,
    };

    /// <summary>The contract's words as people read them: a discipline, the status of a race or of a bib.</summary>
    public static string Words(string? word) => word switch
    {
        Disciplines.Individual => Say("Individual||a discipline"),
        Disciplines.Team => Say("Team||a discipline"),
        Disciplines.Sprint => Say("Sprint||a discipline"),
        Disciplines.Vertical => Say("Vertical||a discipline"),
        Disciplines.MixedRelay => Say("Mixed relay||a discipline"),
        Disciplines.Other => Say("Other||a discipline"),
        "scheduled" => Say("Scheduled||a race"),
        "in_progress" => Say("In progress||a race"),
        "completed" => Say("Completed||a race"),
        "cancelled" => Say("Cancelled||a race"),
        "finished" => Say("Finished||who started"),
        { Length: > 0 } => char.ToUpperInvariant(word[0]) + word[1..],
        _ => "",
    };
}
