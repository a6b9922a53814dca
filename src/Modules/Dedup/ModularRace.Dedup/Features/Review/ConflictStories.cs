using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using static ModularRace.Shared.Web.DeskWords;

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
            mediator, ReasonWords.Spoken, [.. conflicts.Select(c => c.RaceUuid).OfType<Guid>(), .. contents.Select(c => Uuid(c, "race_uuid")).OfType<Guid>()],
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
        ConflictTypes.FingerprintMatchDecisionMismatch => Say("Two decisions"),
        ConflictTypes.DecisionMismatch => Say("Decided twice"),
        ConflictTypes.FieldMismatch => Say("Edited twice"),
        ConflictTypes.ReferenceEditedOnBothSides => Say("{0} edited twice||a kind of record", Begun(VersionWords.Kind(conflict.RecordType))),
        _ => Say("Two contents"),
    };

    private static string About(ConflictRow conflict, JsonObject shown)
    {
        var kind = Begun(VersionWords.Kind(conflict.RecordType));
        if (conflict.RecordType is RecordTypes.Grouping or RecordTypes.HistoryEntry) return kind;
        var name = VersionWords.Text(shown["name"] ?? shown["text"] ?? shown["code"])
            ?? (shown["last_name"] is { } last ? $"{VersionWords.Text(shown["first_name"])} {VersionWords.Text(last)}" : null);
        return name is null ? kind : Say("{0} “{1}”||a kind of record and its name", kind, name);
    }

    private string Sentence(ConflictRow conflict, JsonObject shown, int? bib, string? place, string about, VenueTime venue)
    {
        var all = SidesOf(conflict);
        if (conflict.OtherRecordUuid is { } other && all.Count == 2)
        {
            var decided = string.Join("; ", all.Select(s => Decision(s, venue)));
            return Nearest(conflict.RecordUuid, other) is var (first, second)
                ? Say("{0}: {1} on which different things were decided: {2}||two incidents", races.Who(first, second), races.IncidentsApart(first, second), decided)
                : Say("{0}: two incidents on which different things were decided: {1}", Subject(bib, place), decided);
        }

        var subject = conflict.RecordType is RecordTypes.Incident or RecordTypes.Report
            ? VersionWords.Corrected(shown) is { } at ? Say("{0}, seen at {1}||a bib", Subject(bib, place), venue.Clock(at)) : Subject(bib, place)
            : bib is { } number ? Say("{0} of bib {1}||a kind of record", about, number) : about;
        var what = conflict.RecordType == RecordTypes.Report ? Say("a report") : conflict.RecordType == RecordTypes.Incident ? Say("one incident") : Say("one record");
        var how = conflict.ConflictType switch
        {
            ConflictTypes.DecisionMismatch => Say("{0} decided differently by {1}, none knowing of the other||a record, the sides", what, Sides(all.Count)),
            ConflictTypes.FieldMismatch => Say("{0} changed on {1}, none knowing of the other||a record, the sides", what, Sides(all.Count)),
            ConflictTypes.ReferenceEditedOnBothSides => Say("changed by another side than the one that it comes from"),
            _ when all.Any(s => s.Again) => Say("{0} sent a second content under the number of an edit that was taken already", all.First(s => s.Again).Name),
            _ => Say("{0} told by {1} that had not seen each other’s word||a record, the sides", what, Sides(all.Count)),
        };
        var fields = conflict.DifferingFields.Take(Told).Select(f => f == FieldValues.Decision
            ? string.Join("; ", all.Select(s => Decision(s, venue)))
            : VersionWords.Colon(VersionWords.Label(f), string.Join("; ", all.Select(s => $"{Short(versions.Value(f, s.Version, venue))} ({s.Name})"))));
        var rest = conflict.DifferingFields.Length - Told;
        return $"{VersionWords.Colon(subject, how)}. {string.Join(". ", fields)}{(rest > 0 ? $". {Say("And {0} more||values", rest)}" : "")}";
    }

    private static string Decision(ConflictSide side, VenueTime venue)
    {
        var by = VersionWords.Name(VersionWords.Text(side.Version["decided_by"]));
        var (decided, at) = (VersionWords.Decided(side.Version), VersionWords.Time(side.Version, "decided_at") is { } time ? venue.Clock(time) : null);
        var told = (by, at) switch
        {
            (null, null) => decided,
            (null, _) => Say("{0} at {1}||a decision and its time", decided, at),
            (_, null) => Say("{0} by {1}||a decision and whose it is", decided, by),
            _ => Say("{0} by {1}, {2}||a decision, whose it is, and its time", decided, by, at),
        };
        return $"{told} ({side.Name})";
    }

    private static string Subject(int? bib, string? place) => (bib, place) switch
    {
        (null, null) => Say("Bib not read"),
        (null, _) => Say("Bib not read at {0}", place),
        _ => ReasonWords.Spoken.Who(bib, place),
    };

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

    private static string Sides(int count) => count switch { <= 2 => Say("two sides"), 3 => Say("three sides"), _ => Say("{0} sides", count) };

    private static string Short(string text) => text.Length <= 80 ? text : $"{text[..79]}…";

    private static string Begun(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    private static Guid? Uuid(JsonObject content, string field) => Guid.TryParse(VersionWords.Text(content[field]), out var uuid) ? uuid : null;

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
