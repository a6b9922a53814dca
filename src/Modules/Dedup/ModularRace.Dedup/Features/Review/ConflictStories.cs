using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;

namespace ModularRace.Dedup.Features.Review;

/// <summary>What a conflict is about, in words.</summary>
/// <param name="Kind">In a few words: "Decided twice".</param>
/// <param name="About">The record, where it has no bib: "Race “Sprint”".</param>
/// <param name="Venue">The clock in which its times are told.</param>
/// <param name="Sentence">That a jury member can follow, without a full stop.</param>
internal sealed record ConflictStory(string Kind, string About, int? Bib, string? Place, Guid? RaceUuid, string? RaceName, VenueTime Venue, string Sentence);

/// <summary>Tells the stories of some conflicts, reading what they refer to once for all of them.</summary>
internal sealed class ConflictStories(ConflictSides sides, VersionWords versions, RaceWords races, ILookup<Guid, ObservationRow> seen, IReadOnlyDictionary<Guid, Guid> standsFor)
{
    /// <summary>More than so many differing values are counted, not told.</summary>
    private const int Told = 3;

    public static async Task<ConflictStories> ReadAsync(DedupDbContext db, IMediator mediator, IReadOnlyList<ConflictRow> conflicts, CancellationToken cancellationToken)
    {
        var sides = await ConflictSides.ReadAsync(db, conflicts, cancellationToken);
        var contents = conflicts.SelectMany(sides.Of).Select(s => s.Version).Concat(conflicts.Select(c => c.CloudData).OfType<string>().Select(Parse)).ToList();
        var records = conflicts.SelectMany(c => new[] { c.RecordUuid, c.OtherRecordUuid ?? c.RecordUuid }).Concat(contents.Select(c => Uuid(c, "incident_uuid")).OfType<Guid>()).Distinct().ToArray();
        var groups = db.Members.Where(m => records.Contains(m.IncidentUuid)).Select(m => m.StandsFor);
        var members = await db.Members.AsNoTracking().Where(m => groups.Contains(m.StandsFor)).ToDictionaryAsync(m => m.IncidentUuid, m => m.StandsFor, cancellationToken);
        var observations = await db.Observations.AsNoTracking().Where(o => members.Keys.Contains(o.IncidentUuid)).OrderBy(o => o.OccurredAt).ToListAsync(cancellationToken);
        var races = await RaceWords.ReadAsync(
            mediator, [.. conflicts.Select(c => c.RaceUuid).OfType<Guid>(), .. contents.Select(c => Uuid(c, "race_uuid")).OfType<Guid>()],
            [.. observations.Select(o => o.LocationUuid).OfType<Guid>(), .. contents.Select(c => Uuid(c, "race_location_uuid")).OfType<Guid>()], cancellationToken);
        return new ConflictStories(sides, await VersionWords.ReadAsync(mediator, contents, cancellationToken), races, observations.ToLookup(o => o.IncidentUuid), members);
    }

    public IReadOnlyList<ConflictSide> SidesOf(ConflictRow conflict) => sides.Of(conflict);

    public VersionWords Versions => versions;

    public ConflictStory Of(ConflictRow conflict)
    {
        var shown = conflict.CloudData is { } data ? Parse(data) : SidesOf(conflict).Select(s => s.Version).FirstOrDefault() ?? [];
        var race = races.Race(conflict.RaceUuid ?? Uuid(shown, "race_uuid"));
        var venue = races.Venue(race?.ClientUuid);
        var own = Own(conflict, shown);
        var bib = (int?)VersionWords.Number(shown["bib_number"]) ?? own?.BibNumber;
        var place = races.Place(Uuid(shown, "race_location_uuid") ?? own?.LocationUuid);
        var about = About(conflict, shown);
        return new ConflictStory(KindOf(conflict), about, bib, place, race?.ClientUuid, race?.Name, venue, Sentence(conflict, shown, bib, place, about, venue));
    }

    private static string KindOf(ConflictRow conflict) => conflict.ConflictType switch
    {
        ConflictTypes.FingerprintMatchDecisionMismatch => "Two decisions",
        ConflictTypes.DecisionMismatch => "Decided twice",
        ConflictTypes.FieldMismatch => "Edited twice",
        ConflictTypes.ReferenceEditedOnBothSides => $"{Begun(VersionWords.Kind(conflict.RecordType))} edited twice",
        _ => "Two contents",
    };

    private static string About(ConflictRow conflict, JsonObject shown)
    {
        var kind = Begun(VersionWords.Kind(conflict.RecordType));
        if (conflict.RecordType is RecordTypes.Grouping or RecordTypes.HistoryEntry) return kind;
        var name = VersionWords.Text(shown["name"] ?? shown["text"] ?? shown["code"])
            ?? (shown["last_name"] is { } last ? $"{VersionWords.Text(shown["first_name"])} {VersionWords.Text(last)}" : null);
        return name is null ? kind : $"{kind} “{name}”";
    }

    private string Sentence(ConflictRow conflict, JsonObject shown, int? bib, string? place, string about, VenueTime venue)
    {
        var all = SidesOf(conflict);
        if (conflict.OtherRecordUuid is { } other && all.Count == 2)
        {
            var decided = string.Join("; ", all.Select(s => Decision(s, venue)));
            return Nearest(conflict.RecordUuid, other) is var (first, second)
                ? $"{races.Who(first, second)}: {races.Apart("incidents", first, second)} on which different things were decided: {decided}"
                : $"{Subject(bib, place)}: two incidents on which different things were decided: {decided}";
        }

        var subject = conflict.RecordType is RecordTypes.Incident or RecordTypes.Report
            ? $"{Subject(bib, place)}{(VersionWords.Corrected(shown) is { } at ? $", seen at {venue.Clock(at)}" : "")}"
            : bib is { } number ? $"{about} of bib {number}" : about;
        var what = conflict.RecordType == RecordTypes.Report ? "a report" : conflict.RecordType == RecordTypes.Incident ? "one incident" : "one record";
        var how = conflict.ConflictType switch
        {
            ConflictTypes.DecisionMismatch => $"{what} decided differently by {Sides(all.Count)}, none knowing of the other",
            ConflictTypes.FieldMismatch => $"{what} changed on {Sides(all.Count)}, none knowing of the other",
            ConflictTypes.ReferenceEditedOnBothSides => "changed by another side than the one that it comes from",
            _ when all.Any(s => s.Again) => $"{all.First(s => s.Again).Name} sent a second content under the number of an edit that was taken already",
            _ => $"{what} told by {Sides(all.Count)} that had not seen each other’s word",
        };
        var fields = conflict.DifferingFields.Take(Told).Select(f => f == FieldValues.Decision
            ? string.Join("; ", all.Select(s => Decision(s, venue)))
            : $"{VersionWords.Label(f)}: {string.Join("; ", all.Select(s => $"{Short(versions.Value(f, s.Version, venue))} ({s.Name})"))}");
        var rest = conflict.DifferingFields.Length - Told;
        return $"{subject}: {how}. {string.Join(". ", fields)}{(rest > 0 ? $". And {rest} more" : "")}";
    }

    private static string Decision(ConflictSide side, VenueTime venue)
    {
        var by = VersionWords.Name(VersionWords.Text(side.Version["decided_by"]));
        var at = VersionWords.Time(side.Version, "decided_at") is { } time ? $"{(by is null ? " at" : ",")} {venue.Clock(time)}" : "";
        return $"{VersionWords.Decided(side.Version)}{(by is null ? "" : $" by {by}")}{at} ({side.Name})";
    }

    private static string Subject(int? bib, string? place) => $"{(bib is { } number ? $"Bib {number}" : "Bib not read")}{(place is null ? "" : $" at {place}")}";

    /// <summary>The observation that the record is, or the incident's first.</summary>
    private ObservationRow? Own(ConflictRow conflict, JsonObject shown)
    {
        var incident = conflict.RecordType == RecordTypes.Report ? Uuid(shown, "incident_uuid") : conflict.RecordUuid;
        if (incident is not { } uuid) return null;
        return seen[uuid].FirstOrDefault(o => o.ReportUuid == conflict.RecordUuid) ?? seen[uuid].FirstOrDefault();
    }

    /// <summary>The two observations that lie nearest, one of each incident's group.</summary>
    private (Observation First, Observation Second)? Nearest(Guid a, Guid b)
    {
        // Once they are one, each is told by what was seen of it alone: as it was when they were two.
        var one = standsFor.GetValueOrDefault(a) == standsFor.GetValueOrDefault(b);
        var nearest = (from x in one ? seen[a] : GroupOf(a)
                       from y in one ? seen[b] : GroupOf(b)
                       where x.BibNumber == y.BibNumber && x.LocationUuid == y.LocationUuid
                       let apart = (x.OccurredAt - y.OccurredAt).Duration()
                       orderby apart, y.ReportUuid is null, x.ReportUuid is null
                       select (x, y)).FirstOrDefault();
        if (nearest == default) return null;
        return nearest.x.OccurredAt <= nearest.y.OccurredAt ? (nearest.x.ToObservation(), nearest.y.ToObservation()) : (nearest.y.ToObservation(), nearest.x.ToObservation());
    }

    private IEnumerable<ObservationRow> GroupOf(Guid incident) =>
        standsFor.TryGetValue(incident, out var stands) ? standsFor.Where(m => m.Value == stands).SelectMany(m => seen[m.Key]) : [];

    private static string Sides(int count) => count switch { <= 2 => "two sides", 3 => "three sides", _ => $"{count} sides" };

    private static string Short(string text) => text.Length <= 80 ? text : $"{text[..79]}…";

    private static string Begun(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    private static Guid? Uuid(JsonObject content, string field) => Guid.TryParse(VersionWords.Text(content[field]), out var uuid) ? uuid : null;

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
