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

    private readonly ReasonWords words;

    private RaceWords(ReasonWords words, IReadOnlyList<LocationSummary> locations, IReadOnlyList<RaceSummary> known)
    {
        this.words = words;
        places = locations.ToDictionary(l => l.ClientUuid, l => l.Name);
        races = known.ToDictionary(r => r.ClientUuid);
        venues = known.ToDictionary(r => r.ClientUuid, r => new VenueTime(r.TimeZone));
    }

    /// <param name="words">Whether the sentences are kept, or said on a page.</param>
    public static async Task<RaceWords> ReadAsync(IMediator mediator, ReasonWords words, IEnumerable<Guid> raceUuids, IEnumerable<Guid> placeUuids, CancellationToken cancellationToken) => new(
        words,
        await mediator.Send(new FindLocations([.. placeUuids.Distinct()]), cancellationToken),
        await mediator.Send(new FindRaces([.. raceUuids.Distinct()]), cancellationToken));

    public RaceSummary? Race(Guid? race) => race is { } uuid ? races.GetValueOrDefault(uuid) : null;

    /// <summary>Null: none is named, or it is not here.</summary>
    public string? Place(Guid? place) => place is { } uuid ? places.GetValueOrDefault(uuid) : null;

    /// <summary>The clock of the race's venue; of a race that is not here UTC.</summary>
    public VenueTime Venue(Guid? race) => race is { } uuid ? venues.GetValueOrDefault(uuid, Unknown) : Unknown;

    /// <summary>"Bib 42 at Transition 1"; the place is left out where two observations do not share it.</summary>
    public string Who(Observation first, Observation second) => words.Who(first.Bib, first.Location == second.Location ? Place(first.Location) : null);

    /// <summary>"two reports 18 s apart (10:30:12 by Pi Start, clock corrected by +47 s; 10:30:30 by VAR 2)".</summary>
    public string ReportsApart(Observation first, Observation second) => words.Reports(Span(second.At - first.At), Saw(first, second), Saw(second, first));

    /// <summary>"two incidents 18 s apart (10:30:12 by Pi Start, clock corrected by +47 s; 10:30:30 by VAR 2)".</summary>
    public string IncidentsApart(Observation first, Observation second) => words.Incidents(Span(second.At - first.At), Saw(first, second), Saw(second, first));

    /// <summary>"18 s", "2 min 29.0 s".</summary>
    public static string Span(TimeSpan span) =>
        span.TotalSeconds < 60 ? FormattableString.Invariant($"{Math.Round(span.TotalSeconds, 1):0.#} s") : VenueTime.Span((long)span.TotalMilliseconds);

    /// <summary>Where it was is told where the two are not at one place.</summary>
    private string Saw(Observation seen, Observation other)
    {
        var place = seen.Location == other.Location ? null : Place(seen.Location);
        var correction = seen.At - seen.OwnTime;
        return words.Saw(
            Venue(seen.Race).Clock(seen.At), place, noPlace: seen.Location != other.Location && place is null, seen.By,
            Math.Abs(correction.TotalMilliseconds) >= 100 ? $"{(correction > TimeSpan.Zero ? "+" : "−")}{Span(correction.Duration())}" : null);
    }
}
