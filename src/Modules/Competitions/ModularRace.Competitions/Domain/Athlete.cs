using System.Text.Json.Nodes;
using ModularRace.Shared.Records;
using ModularRace.Shared.Validation;

namespace ModularRace.Competitions.Domain;

/// <summary>Belongs to no competition: the same person starts in many.</summary>
internal sealed class Athlete : MergeableRecord
{
    public string FirstName { get; set; } = "";

    public string LastName { get; set; } = "";

    public string Nation { get; set; } = "";

    public string? Gender { get; set; }

    public int? BirthYear { get; set; }

    public string? LicenseNumber { get; set; }

    public override string RecordType => RecordTypes.Athlete;

    public override JsonObject Content() => new JsonObject()
        .With("first_name", FirstName).With("last_name", LastName).With("nation", Nation).With("gender", Gender)
        .With("birth_year", BirthYear).With("license_number", LicenseNumber);

    /// <summary>By licence, else by name, nation, gender and year of birth; what one of the two does not say does not part them. Of whom nothing is known is nobody else.</summary>
    public bool IsSamePersonAs(Athlete other) =>
        LicenseNumber is not null && other.LicenseNumber is not null
            ? LicenseNumber == other.LicenseNumber
            : Nation != Unnamed.Nation && Names.Folded(FirstName) == Names.Folded(other.FirstName) && Names.Folded(LastName) == Names.Folded(other.LastName) && Nation == other.Nation
                && (Gender is null || other.Gender is null || Gender == other.Gender) && (BirthYear is null || other.BirthYear is null || BirthYear == other.BirthYear);

    public static Athlete Read(RecordReader from) => new()
    {
        FirstName = from.Text("first_name", Texts.Name, required: true) ?? "",
        LastName = from.Text("last_name", Texts.Name, required: true) ?? "",
        Nation = from.Passing("nation", from.Text("nation", 3, required: true), ReferenceRules.NationFault) ?? "",
        Gender = from.OneOf("gender", ReferenceRules.Genders),
        BirthYear = (int?)from.Integer("birth_year", ReferenceRules.FirstBirthYear, ReferenceRules.LastBirthYear),
        LicenseNumber = from.Text("license_number", Texts.Name),
    };
}

/// <summary>One bib of a start list: an athlete, or a team in its order.</summary>
internal sealed class BibAssignment : ReferenceRecord, IHang, ICanBeDeleted
{
    public const string Registered = "registered";

    public Guid RaceUuid { get; set; }

    /// <inheritdoc cref="IHang.Said"/>
    public Guid? SaidRaceUuid { get; set; }

    public int BibNumber { get; set; }

    /// <summary>In the team's order. An array, so that a bib is one row and its order cannot fall apart.</summary>
    public Guid[] AthleteUuids { get; set; } = [];

    public string? Heat { get; set; }

    public string Status { get; set; } = Registered;

    public bool Deleted { get; set; }

    public override string RecordType => RecordTypes.BibAssignment;

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
        .With("race_uuid", SaidRaceUuid ?? RaceUuid).With("bib_number", BibNumber).With("athlete_uuids", AthleteUuids).With("heat", Heat)
        .With("status", Status).With("deleted", Deleted);

    public static BibAssignment Read(RecordReader from) => new()
    {
        RaceUuid = from.Uuid("race_uuid", required: true) ?? default,
        BibNumber = (int)(from.Integer("bib_number", ReferenceRules.LowestBib, ReferenceRules.HighestBib, required: true) ?? 0),
        AthleteUuids = [.. from.Uuids("athlete_uuids", 1, ReferenceRules.MostAthletes)],
        Heat = from.Text("heat", Texts.Name),
        Status = from.OneOf("status", ReferenceRules.BibStatuses, unless: Registered) ?? Registered,
        Deleted = from.Flag("deleted") ?? false,
    };
}
