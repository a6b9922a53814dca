using ModularRace.Shared.Messaging;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Contracts;

/// <summary>A competition, as other modules need to know it.</summary>
/// <param name="MergedInto">The competition that stands for it; null: itself.</param>
public sealed record CompetitionSummary(
    Guid ClientUuid, string Name, string? Place, string Country, DateOnly StartDate, DateOnly EndDate, string TimeZone, bool Practice, string Origin,
    int Races, int Athletes, int Bibs, int Locations, Guid? MergedInto);

/// <summary>Competitions by first day, latest first. <paramref name="Uuids"/> null: all.</summary>
public sealed record FindCompetitions(IReadOnlyCollection<Guid>? Uuids = null) : IQuery<IReadOnlyList<CompetitionSummary>>;

/// <summary>A race, as other modules need to know it.</summary>
/// <param name="CompetitionUuid">Where it hangs: where its own was merged into another, on that.</param>
/// <param name="SaidCompetitionUuid">The competition that its record names, by which devices have it.</param>
/// <param name="StandsFor">The race that it was merged into, to the end of the chain; itself where it stands.</param>
public sealed record RaceSummary(
    Guid ClientUuid, Guid CompetitionUuid, string Name, string Discipline, DateTimeOffset? ScheduledAt, string Status, string TimeZone, string CompetitionName,
    Guid SaidCompetitionUuid, Guid StandsFor);

/// <summary>The races with these UUIDs that exist, in no order.</summary>
public sealed record FindRaces(IReadOnlyCollection<Guid> Uuids) : IQuery<IReadOnlyList<RaceSummary>>;

/// <summary>The races of a competition, by position, time and name.</summary>
/// <param name="CompetitionUuid">The competition.</param>
/// <param name="AsSaid">Those whose records name it, wherever they hang and whatever they were merged into: as devices have them.</param>
public sealed record FindRacesOfCompetition(Guid CompetitionUuid, bool AsSaid = false) : IQuery<IReadOnlyList<RaceSummary>>;

/// <summary>A place on a race's course.</summary>
/// <param name="RaceUuid">Where it hangs.</param>
/// <param name="StandsFor">The location that it met in a merge of races; itself where it stands.</param>
/// <param name="HasCamera">A network camera looks at it. Where it is, <see cref="FindCamera"/> alone tells.</param>
public sealed record LocationSummary(Guid ClientUuid, Guid RaceUuid, string Name, string? CourseSegment, int Position, bool Deleted, Guid StandsFor, bool HasCamera);

/// <summary>The locations with these UUIDs that exist, tombstones included, in no order.</summary>
public sealed record FindLocations(IReadOnlyCollection<Guid> Uuids) : IQuery<IReadOnlyList<LocationSummary>>;

/// <summary>
/// The address of a location's network camera, for the program that films with it, and for no page, answer or log: it may hold
/// a password. Null: it has none, or does not stand.
/// </summary>
public sealed record FindCamera(Guid LocationUuid) : IQuery<string?>;

/// <summary>The locations of a race in course order, without tombstones.</summary>
public sealed record FindLocationsOfRace(Guid RaceUuid) : IQuery<IReadOnlyList<LocationSummary>>;

/// <summary>Who wears a bib: one athlete, or a team's in its order.</summary>
/// <param name="Status"><c>registered, dns, dnf, dsq, finished</c>.</param>
public sealed record StartingBib(int BibNumber, string? Heat, string Status, IReadOnlyList<StartingAthlete> Athletes)
{
    /// <summary>"Lindh / Ekdal" for a team, "Oskar Lindh" for one athlete.</summary>
    public string Names => Athletes.Count == 1
        ? $"{Athletes[0].FirstName} {Athletes[0].LastName}"
        : string.Join(" / ", Athletes.Select(a => a.LastName));

    /// <summary>The nation of the first athlete, three capital letters; null when nobody is known.</summary>
    public string? Nation => Athletes.Count > 0 ? Athletes[0].Nation : null;
}

public sealed record StartingAthlete(Guid ClientUuid, string FirstName, string LastName, string Nation, string? Gender, int? BirthYear, string? LicenseNumber);

/// <summary>The start list of a race by bib, without tombstones. <paramref name="Bibs"/> null: all.</summary>
public sealed record FindStartList(Guid RaceUuid, IReadOnlyCollection<int>? Bibs = null) : IQuery<IReadOnlyList<StartingBib>>;

/// <summary>A penalty that the jury may give, as the competition's catalogue has it.</summary>
/// <param name="Name">What it means in the race's discipline; null: the catalogue says no more than the code.</param>
public sealed record OfferedPenalty(string Code, string? Name);

/// <summary>The penalties of a race's competition that are for its discipline, by position, each code once. A race that is not known has none.</summary>
public sealed record FindPenaltiesOfRace(Guid RaceUuid) : IQuery<IReadOnlyList<OfferedPenalty>>;

/// <summary>
/// Everything that a device needs of a competition, whole, in the order of reference (competition, races, locations,
/// athletes, bib assignments, penalties, phrases). With a date: only the races of that day at the venue (a race without a
/// time belongs to every day) and what they need.
/// </summary>
public sealed record ReadReferenceRecords(Guid CompetitionUuid, DateOnly? Date = null) : IQuery<IReadOnlyList<RecordVersion>>;

/// <summary>Checks reference records on their way in, without storing anything; the outcomes are in the records' order.</summary>
public sealed record CheckReferenceRecords(IReadOnlyList<IncomingRecord> Records) : IQuery<IReadOnlyList<RecordOutcome>>;

/// <summary>
/// Stores reference records that came in, by UUID: made where new, overwritten where known. They refer to each other or to
/// what is stored already, and stand in the order of reference. A record equal to what is stored is left alone.
/// </summary>
public sealed record ApplyReferenceRecords(IReadOnlyList<IncomingRecord> Records) : ICommand<IReadOnlyList<RecordOutcome>>;

/// <summary>
/// On a Pi, at the end of its day (R13): everything of this module goes. Sync alone asks for it, once the cloud has confirmed
/// all that was made here and nothing that stays refers to any of it.
/// </summary>
public sealed record ClearReferenceRecords : ICommand<Done>;
