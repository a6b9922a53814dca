using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Dedup.Features.Review;

/// <summary>One conflict as a person looks at it: its versions side by side, what differs marked, who and when, the reports beside it.</summary>
internal sealed record LayOutConflict(Guid ConflictUuid) : IQuery<ConflictCase>;

/// <param name="Shown">Which versions these are, for <see cref="Resolving.ResolveConflict.Shown"/>.</param>
/// <param name="Standing">The record as it stands until a person has chosen.</param>
/// <param name="Rows">What differs first.</param>
/// <param name="Same">What all versions agree on, in words.</param>
/// <param name="Incidents">With their reports, in the order of the columns where there are two.</param>
/// <param name="Line">Null: it has no times to show.</param>
/// <param name="Starter">Who wears the bib, where the start list knows.</param>
internal sealed record ConflictCase(
    ConflictView Conflict, ConflictStory Story, string Shown, JsonObject Standing, IReadOnlyList<CaseVersion> Versions, IReadOnlyList<CaseRow> Rows,
    IReadOnlyList<string> Same, IReadOnlyList<IncidentView> Incidents, IReadOnlyDictionary<Guid, string> Places, ConflictTimeline? Line, StartingBib? Starter);

/// <summary>A column: sides that say the same of what is disputed share one.</summary>
/// <param name="Key">Of its first side, as in <c>versions</c>.</param>
/// <param name="Stands">The record shows this one until a person has chosen.</param>
/// <param name="Choice">The resolution that keeps it: <c>cloud_wins, device_wins</c>, or <c>manual</c> with its values.</param>
internal sealed record CaseVersion(string Key, bool FromCloud, string Names, JsonObject Content, bool Stands, string Choice, Guid RecordUuid, IReadOnlyList<CaseSaid> Said);

/// <summary>Who said it when, as far as it is known.</summary>
/// <param name="Key">The side, as in <c>versions</c>.</param>
/// <param name="Changed">The history tells it: neither its decision nor its making.</param>
/// <param name="At">Corrected; null: not known.</param>
/// <param name="Own">By the clock of the system where it was said; null: as <paramref name="At"/>.</param>
internal sealed record CaseSaid(string Key, string Side, bool Changed, string? By, DateTimeOffset? At, DateTimeOffset? Own, long? UncertaintyMs);

/// <param name="Field">Its name on the wire.</param>
/// <param name="Strong">It is what the dispute is over, and not what belongs to it.</param>
/// <param name="Values">One for each version.</param>
/// <param name="Beside">To each value what is known of its clock or its maker; null: nothing.</param>
internal sealed record CaseRow(string Field, string Label, bool Disputed, bool Strong, IReadOnlyList<string> Values, IReadOnlyList<string?> Beside);

internal sealed class LayOutConflictHandler(DedupDbContext db, IMediator mediator, ICurrentActor current) : IRequestHandler<LayOutConflict, ConflictCase>
{
    public async Task<ConflictCase> Handle(LayOutConflict request, CancellationToken cancellationToken)
    {
        var row = await db.Conflicts.AsNoTracking().FirstOrDefaultAsync(c => c.ClientUuid == request.ConflictUuid, cancellationToken);
        if (row is null || !current.Actor.May(row.CompetitionUuid, Roles.JuryPresident)) throw Problem.NotFound("conflict");

        var stories = await ConflictStories.ReadAsync(db, mediator, [row], cancellationToken);
        var story = stories.Of(row);
        var standing = row.CloudData is { } data ? JsonNode.Parse(data)!.AsObject() : [];
        var versions = await VersionsAsync(row, standing, stories.SidesOf(row), cancellationToken);
        var (rows, same) = Rows(row, versions, stories.Versions, story);
        var incidents = await IncidentsAsync(row, standing, versions, cancellationToken);
        var places = await mediator.Send(new FindLocations([.. incidents.SelectMany(i => i.Reports.Select(r => r.RaceLocationUuid).Append(i.RaceLocationUuid)).OfType<Guid>().Distinct()]), cancellationToken);
        var line = ConflictTimeline.Of(row, stories.SidesOf(row), versions.SelectMany(v => v.Said), incidents, story.Venue);
        var starter = story is { RaceUuid: { } race, Bib: { } bib } ? (await mediator.Send(new FindStartList(race, [bib]), cancellationToken)).SingleOrDefault() : null;
        return new ConflictCase(
            ConflictView.Of(row, story.Sentence), story, row.Shown, standing, versions, rows, same, incidents, places.ToDictionary(p => p.ClientUuid, p => p.Name), line, starter);
    }

    private async Task<IReadOnlyList<CaseVersion>> VersionsAsync(ConflictRow row, JsonObject standing, IReadOnlyList<ConflictSide> sides, CancellationToken cancellationToken)
    {
        var changes = await mediator.Send(new FindRecordChanges([.. sides.Select(s => s.RecordUuid).Distinct()]), cancellationToken);
        var device = row.DeviceData is { } data ? JsonNode.Parse(data)!.AsObject() : null;
        var columns = new List<List<ConflictSide>>();
        foreach (var side in sides)
        {
            if (columns.Find(c => row.OtherRecordUuid is null && Agree(row, c[0].Version, side.Version)) is { } column) column.Add(side);
            else columns.Add([side]);
        }

        return [.. columns.Select(c =>
        {
            var stands = row.OtherRecordUuid is { } other ? c[0].RecordUuid == other : Agree(row, c[0].Version, standing);
            var choice = stands ? "cloud_wins" : device is not null && Agree(row, c[0].Version, device) ? "device_wins" : "manual";
            return new CaseVersion(
                c[0].Key, c[0].Origin == CloudIdentity.Cloud, string.Join(", ", c.Select(s => s.Again ? Say("{0}, sent again", s.Name) : s.Name).Distinct(StringComparer.Ordinal)), c[0].Version,
                row.OtherRecordUuid is null && stands, choice, c[0].RecordUuid, [.. c.Select(s => Said(row, s, changes))]);
        })];
    }

    private static bool Agree(ConflictRow row, JsonObject a, JsonObject b) => row.DifferingFields.All(f => FieldValues.Same(row.RecordType, f, a, b));

    /// <summary>A decision is signed; of another field the history tells who changed it last on that side; else it is as it was made.</summary>
    private static CaseSaid Said(ConflictRow row, ConflictSide side, IReadOnlyList<RecordChange> changes)
    {
        if (row.DifferingFields.Contains(FieldValues.Decision, StringComparer.Ordinal) && VersionWords.Time(side.Version, "decided_at") is { } decided)
            return new CaseSaid(side.Key, side.Name, Changed: false, VersionWords.Text(side.Version["decided_by"]), decided, null, null);
        var fields = row.DifferingFields.SelectMany(f => FieldValues.Fields(row.RecordType, f)).ToHashSet(StringComparer.Ordinal);
        var last = changes.LastOrDefault(c => c.RecordUuid == side.RecordUuid && c.Origin == side.Origin && c.Fields.Any(fields.Contains));
        return last is null
            ? new CaseSaid(side.Key, side.Name, Changed: false, VersionWords.Text(side.Version["reporter_name"]), VersionWords.Time(side.Version, "created_at"), null, null)
            : new CaseSaid(side.Key, side.Name, Changed: true, last.By, last.At, last.AtDevice == last.At ? null : last.AtDevice, last.ClockUncertaintyMs);
    }

    private static (IReadOnlyList<CaseRow> Rows, IReadOnlyList<string> Same) Rows(ConflictRow row, IReadOnlyList<CaseVersion> versions, VersionWords words, ConflictStory story)
    {
        var (disputed, others, same) = (new List<CaseRow>(), new List<CaseRow>(), new List<string>());
        foreach (var name in row.DifferingFields.Union(FieldValues.Names(row.RecordType, versions.Select(v => v.Content)), StringComparer.Ordinal))
            foreach (var field in ShownFields(row.RecordType, name))
            {
                var values = versions.Select(v => words.Value(field, v.Content, story.Venue)).ToList();
                var beside = versions.Select(v => Beside(field, v.Content, story)).ToList();
                var differs = row.DifferingFields.Contains(name, StringComparer.Ordinal);
                if (values.Distinct(StringComparer.Ordinal).Count() > 1 || (differs && field == name)) (differs ? disputed : others).Add(new CaseRow(field, VersionWords.Label(field), differs, differs && field == name, values, beside));
                else if (values.Count > 0 && values[0] != VersionWords.None) same.Add(field == "race_uuid" ? values[0] : $"{VersionWords.Label(field)} {values[0]}");
            }

        return ([.. disputed, .. others], same);
    }

    /// <summary>Clock figures, penalty and signatures are told beside the value that they belong to.</summary>
    private static IEnumerable<string> ShownFields(string type, string name) =>
        FieldValues.Fields(type, name).Where(f => f == name || f == "decision_note").Where(f => f is not "clip" and not "record_uuid");

    private static string? Beside(string field, JsonObject version, ConflictStory story)
    {
        if (field == FieldValues.OccurredAt) return VersionWords.Clock(version, story.Venue);
        var (by, at) = field switch
        {
            FieldValues.Decision => ("decided_by", "decided_at"),
            FieldValues.Status => ("officialized_by", "officialized_at"),
            FieldValues.Withdrawn => ("withdrawn_by", ""),
            _ => ("", ""),
        };
        string?[] said = [VersionWords.Name(VersionWords.Text(version[by])), VersionWords.Time(version, at) is { } time ? story.Venue.Clock(time) : null];
        return said.Any(s => s is not null) ? string.Join(", ", said.OfType<string>()) : null;
    }

    /// <summary>The incidents that it is over, each as it is shown, with its reports.</summary>
    private async Task<IReadOnlyList<IncidentView>> IncidentsAsync(ConflictRow row, JsonObject standing, IReadOnlyList<CaseVersion> versions, CancellationToken cancellationToken)
    {
        var asked = row.RecordType switch
        {
            RecordTypes.Incident when row.OtherRecordUuid is not null => [.. versions.Select(v => v.RecordUuid)],
            RecordTypes.Incident => [row.RecordUuid],
            RecordTypes.Report when Guid.TryParse(VersionWords.Text(standing["incident_uuid"]), out var incident) => new List<Guid> { incident },
            _ => [],
        };
        var known = (await mediator.Send(new FindIncidents(asked), cancellationToken)).Select(i => i.ClientUuid).ToHashSet();
        var incidents = new List<IncidentView>();
        foreach (var uuid in asked.Where(known.Contains)) incidents.Add(await mediator.Send(new ReadIncident(uuid), cancellationToken));
        return [.. incidents.DistinctBy(i => i.ClientUuid)];
    }
}
