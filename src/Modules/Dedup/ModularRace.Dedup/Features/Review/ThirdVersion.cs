using System.Globalization;
using System.Text.Json.Nodes;
using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Dedup.Features.Review;

/// <summary>A field of the version that a person writes.</summary>
/// <param name="Text">What it holds, as it can be typed; at first what stands.</param>
/// <param name="Options">What it can be, where that is few, or what is offered beside a text: value and name.</param>
internal sealed record ThirdField(string Name, string Label, string Input, string Text, IReadOnlyList<(string Value, string Name)> Options);

/// <summary>Between the disputed values of a conflict and the fields of a form.</summary>
internal static class ThirdVersion
{
    private const string Moment = "yyyy-MM-dd'T'HH:mm:ss.fff";

    private static readonly HashSet<string> Numbers = new(StringComparer.Ordinal) { "bib_number", "athlete_position", "position", "birth_year" };

    private static readonly IReadOnlyList<string> Decisions = ["penalty_applied", "rejected", "no_action", "pending"];

    /// <summary>Those of the disputed values; what cannot be typed (a list of athletes) can only be chosen.</summary>
    public static async Task<IReadOnlyList<ThirdField>> FieldsAsync(IMediator mediator, ConflictCase laid, Dictionary<string, string>? typed, CancellationToken cancellationToken)
    {
        var fields = new List<ThirdField>();
        foreach (var field in Names(laid))
        {
            var (input, options) = field switch
            {
                "decision" => ("select", [.. Decisions.Select(d => (d, VersionWords.Decided(d, code: null)))]),
                "status" when laid.Conflict.RecordType == RecordTypes.Incident => ("select", [("unofficial", Say("Unofficial")), ("official", Say("Official"))]),
                "race_location_uuid" when laid.Story.RaceUuid is { } race => ("select", [("", Say("No place given")), .. (await mediator.Send(new FindLocationsOfRace(race), cancellationToken)).Select(l => (l.ClientUuid.ToString(), l.Name))]),
                "race_uuid" when laid.Conflict.CompetitionUuid is { } competition => ("select", (await mediator.Send(new FindRacesOfCompetition(competition), cancellationToken)).Select(r => (r.ClientUuid.ToString(), r.Name)).ToList()),
                // Offered, not ruled: the contract takes any code.
                "penalty_code" when laid.Story.RaceUuid is { } race => ("text", (await mediator.Send(new FindPenaltiesOfRace(race), cancellationToken)).Select(p => (p.Code, p.Name ?? "")).ToList()),
                "occurred_at" => ("datetime-local", (IReadOnlyList<(string, string)>)[]),
                "deleted" => ("select", [("", Say("No")), ("true", Say("Yes"))]),
                "description" or "decision_note" or "note" => ("textarea", []),
                _ => Numbers.Contains(field) ? ("number", []) : ("text", []),
            };
            fields.Add(new ThirdField(field, VersionWords.Label(field), input, typed?.GetValueOrDefault(field) ?? Text(laid, field), options));
        }

        return fields;
    }

    /// <summary>The data of a manual resolution: what was not touched is as it stands, to the letter.</summary>
    public static JsonObject Data(ConflictCase laid, IReadOnlyDictionary<string, string> typed)
    {
        var data = new JsonObject();
        foreach (var field in Names(laid))
        {
            var was = laid.Standing[field];
            var text = typed.GetValueOrDefault(field)?.ReplaceLineEndings("\n").Trim();
            if (text is null || text == Text(laid, field).ReplaceLineEndings("\n").Trim())
            {
                foreach (var part in field == FieldValues.OccurredAt ? FieldValues.Fields(RecordTypes.Incident, field) : [field]) data[part] = laid.Standing[part]?.DeepClone();
                continue;
            }

            data[field] = text.Length == 0 ? null : Node(field, text, was);
            if (field == FieldValues.OccurredAt && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
                // A time that a person gives is the venue's, by the cloud's clock.
                (data[field], data["clock_offset_ms"], data["clock_uncertainty_ms"], data["clock_source"]) = (InstantConverter.Write(laid.Story.Venue.From(local)), 0, 0, ClockSources.Wall);
        }

        return data;
    }

    private static IEnumerable<string> Names(ConflictCase laid) => laid.Conflict.DifferingFields
        .SelectMany(f => f == FieldValues.Decision ? ["decision", "penalty_code", "decision_note"] : new[] { f })
        .Where(f => f is not "withdrawn_at" and not "clip" && laid.Versions.All(v => v.Content[f] is not (JsonArray or JsonObject)));

    private static string Text(ConflictCase laid, string field) => field switch
    {
        FieldValues.OccurredAt => laid.Story.Venue.Input(VersionWords.Corrected(laid.Standing), Moment),
        FieldValues.Decision => VersionWords.Text(laid.Standing[field]) ?? "pending",
        FieldValues.Status => VersionWords.Text(laid.Standing[field]) ?? "unofficial",
        _ => VersionWords.Text(laid.Standing[field]) ?? "",
    };

    private static JsonNode? Node(string field, string text, JsonNode? was)
    {
        if ((Numbers.Contains(field) || was?.GetValueKind() == System.Text.Json.JsonValueKind.Number) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
        if (field is "deleted" or "practice" && bool.TryParse(text, out var flag)) return flag;
        return text;
    }
}
