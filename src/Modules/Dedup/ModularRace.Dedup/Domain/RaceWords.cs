using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Time;

namespace ModularRace.Dedup.Domain;

/// <summary>Races, their places and their venue's clock, for sentences that a jury member can follow.</summary>
internal sealed class RaceWords
{
    private static readonly VenueTime Unknown = new(null);
    private readonly Dictionary<Guid, string> places;
    private readonly Dictionary<Guid, RaceSummary> races;
    private readonly Dictionary<Guid, VenueTime> venues;

    private RaceWords(IReadOnlyList<LocationSummary> locations, IReadOnlyList<RaceSummary> known)
    {
        places = locations.ToDictionary(l => l.ClientUuid, l => l.Name);
        races = known.ToDictionary(r => r.ClientUuid);
        venues = known.ToDictionary(r => r.ClientUuid, r => new VenueTime(r.TimeZone));
    }

    public static async Task<RaceWords> ReadAsync(IMediator mediator, IEnumerable<Guid> raceUuids, IEnumerable<Guid> placeUuids, CancellationToken cancellationToken) => new(
        await mediator.Send(new FindLocations([.. placeUuids.Distinct()]), cancellationToken),
        await mediator.Send(new FindRaces([.. raceUuids.Distinct()]), cancellationToken));

    public RaceSummary? Race(Guid? race) => race is { } uuid ? races.GetValueOrDefault(uuid) : null;

    /// <summary>Null: none is named, or it is not here.</summary>
    public string? Place(Guid? place) => place is { } uuid ? places.GetValueOrDefault(uuid) : null;

    /// <summary>The clock of the race's venue; of a race that is not here UTC.</summary>
    public VenueTime Venue(Guid? race) => race is { } uuid ? venues.GetValueOrDefault(uuid, Unknown) : Unknown;

    /// <summary>"Bib 42 at Transition 1"; the place is left out where two observations do not share it.</summary>
    public string Who(Observation first, Observation second) =>
        $"{(first.Bib is { } bib ? $"Bib {bib}" : "No bib")}{(first.Location == second.Location && Place(first.Location) is { } place ? $" at {place}" : "")}";

    /// <summary>"two reports 18 s apart (10:30:12 by Pi Start, clock corrected by +47 s; 10:30:30 by VAR 2)".</summary>
    public string Apart(string what, Observation first, Observation second)
    {
        var where = first.Location != second.Location;
        return $"two {what} {Span(second.At - first.At)} apart ({Saw(first, where)}; {Saw(second, where)})";
    }

    /// <summary>"18 s", "2 min 29.0 s".</summary>
    public static string Span(TimeSpan span) =>
        span.TotalSeconds < 60 ? FormattableString.Invariant($"{Math.Round(span.TotalSeconds, 1):0.#} s") : VenueTime.Span((long)span.TotalMilliseconds);

    private string Saw(Observation seen, bool where)
    {
        var words = Venue(seen.Race).Clock(seen.At);
        if (where) words += Place(seen.Location) is { } place ? $" at {place}" : ", no place given,";
        if (seen.By is not null) words += $" by {seen.By}";
        var correction = seen.At - seen.OwnTime;
        return Math.Abs(correction.TotalMilliseconds) >= 100
            ? $"{words.TrimEnd(',')}, clock corrected by {(correction > TimeSpan.Zero ? "+" : "−")}{Span(correction.Duration())}"
            : words.TrimEnd(',');
    }
}
