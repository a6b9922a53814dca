using System.Text.Json.Nodes;
using ModularRace.Shared.Records;
using ModularRace.Shared.Validation;

namespace ModularRace.Competitions.Domain;

internal sealed class Race : MergeableRecord, IHang
{
    public const string Scheduled = "scheduled", InProgress = "in_progress";

    public Guid CompetitionUuid { get; set; }

    /// <inheritdoc cref="IHang.Said"/>
    public Guid? SaidCompetitionUuid { get; set; }

    public string Name { get; set; } = "";

    public string Discipline { get; set; } = Disciplines.Other;

    public string? Stage { get; set; }

    public string? Category { get; set; }

    public DateTimeOffset? ScheduledAt { get; set; }

    public int? Position { get; set; }

    public string Status { get; set; } = Scheduled;

    public override string RecordType => RecordTypes.Race;

    Guid IHang.HangsOn
    {
        get => CompetitionUuid;
        set => CompetitionUuid = value;
    }

    Guid? IHang.Said
    {
        get => SaidCompetitionUuid;
        set => SaidCompetitionUuid = value;
    }

    public override JsonObject Content() => new JsonObject()
        .With("competition_uuid", SaidCompetitionUuid ?? CompetitionUuid).With("name", Name).With("discipline", Discipline).With("stage", Stage)
        .With("category", Category).With("scheduled_at", ScheduledAt).With("position", Position).With("status", Status);

    public static Race Read(RecordReader from) => new()
    {
        CompetitionUuid = from.Uuid("competition_uuid", required: true) ?? default,
        Name = from.Text("name", Texts.Name, required: true) ?? "",
        Discipline = from.OneOf("discipline", Disciplines.All, required: true) ?? "",
        Stage = from.Text("stage", Texts.Name),
        Category = from.Text("category", Texts.Name),
        ScheduledAt = from.Time("scheduled_at"),
        Position = (int?)from.Integer("position", 0, ReferenceRules.MostPosition),
        Status = from.OneOf("status", ReferenceRules.RaceStatuses, unless: Scheduled) ?? Scheduled,
    };
}

internal sealed class RaceLocation : MergeableRecord, IHang, ICanBeDeleted
{
    public Guid RaceUuid { get; set; }

    /// <inheritdoc cref="IHang.Said"/>
    public Guid? SaidRaceUuid { get; set; }

    public string Name { get; set; } = "";

    public string? CourseSegment { get; set; }

    public int? Position { get; set; }

    /// <summary>Where its network camera is. It may hold a name and a password: it goes to who may change it and to the devices, and to nobody else.</summary>
    public string? CameraUrl { get; set; }

    public bool Deleted { get; set; }

    public override string RecordType => RecordTypes.RaceLocation;

    Guid IHang.HangsOn
    {
        get => RaceUuid;
        set => RaceUuid = value;
    }

    Guid? IHang.Said
    {
        get => SaidRaceUuid;
        set => SaidRaceUuid = value;
    }

    public override JsonObject Content() => new JsonObject()
        .With("race_uuid", SaidRaceUuid ?? RaceUuid).With("name", Name).With("course_segment", CourseSegment).With("position", Position)
        .With("camera_url", CameraUrl).With("deleted", Deleted);

    public static RaceLocation Read(RecordReader from) => new()
    {
        RaceUuid = from.Uuid("race_uuid", required: true) ?? default,
        Name = from.Text("name", Texts.Name, required: true) ?? "",
        CourseSegment = from.Text("course_segment", Texts.Name),
        Position = (int?)from.Integer("position", 0, ReferenceRules.MostPosition),
        CameraUrl = from.Passing("camera_url", from.Text("camera_url", CameraAddress.Longest), CameraAddress.Fault),
        Deleted = from.Flag("deleted") ?? false,
    };
}
