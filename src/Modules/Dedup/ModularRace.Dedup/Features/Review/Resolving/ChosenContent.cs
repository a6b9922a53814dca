using System.Text.Json.Nodes;
using ModularRace.Dedup.Domain;
using ModularRace.Shared.Access;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;

namespace ModularRace.Dedup.Features.Review.Resolving;

/// <summary>A third version that a person writes: what they leave out is as it stands, and a decision says who made it when.</summary>
internal sealed class ChosenContent(ICurrentActor current, TimeProvider time)
{
    /// <summary>What answers have beside the content, and what is no content at all: it may come back with the rest.</summary>
    private static readonly HashSet<string> NotContent = new(StringComparer.Ordinal)
    {
        "client_uuid", "revision", "origin", "created_at", "updated_at", "merged_into", "merged_from", "standing", "reports", "reported_by", "occurred_at_device",
    };

    public JsonObject Manual(Guid? competitionUuid, string type, JsonObject standing, JsonObject data, IReadOnlyCollection<JsonObject> versions, string? notes)
    {
        var content = (JsonObject)standing.DeepClone();
        foreach (var (field, value) in data.Where(f => !NotContent.Contains(f.Key)))
            if (value is null) content.Remove(field);
            else content[field] = value.DeepClone();
        if (type != RecordTypes.Incident) return content;

        if (!FieldValues.Same(type, FieldValues.Decision, standing, content)) Sign(competitionUuid, content, data, versions, notes);
        if (Text(content[FieldValues.Status]) == "official" && content["officialized_at"] is null)
            (content["officialized_at"], content["officialized_by"]) = (Now, current.SignatureOn(competitionUuid));
        return content;
    }

    /// <summary>A decision that one of the versions has keeps its maker and its time; another is made here and now.</summary>
    private void Sign(Guid? competitionUuid, JsonObject content, JsonObject data, IReadOnlyCollection<JsonObject> versions, string? notes)
    {
        if (versions.FirstOrDefault(v => FieldValues.Same(RecordTypes.Incident, FieldValues.Decision, v, content)) is { } made)
        {
            FieldValues.Copy(RecordTypes.Incident, FieldValues.Decision, made, content);
            return;
        }

        var pending = Text(content[FieldValues.Decision]) is null or "pending";
        (content["decided_at"], content["decided_by"]) = pending ? (null, null) : (Now, current.SignatureOn(competitionUuid));
        if (!data.ContainsKey("decision_note")) content["decision_note"] = notes;
        foreach (var field in FieldValues.Fields(RecordTypes.Incident, FieldValues.Decision).Where(f => content[f] is null)) content.Remove(field);
    }

    private string Now => InstantConverter.Write(Instants.ToMilliseconds(time.GetUtcNow()));

    private static string? Text(JsonNode? node) => node is JsonValue v && v.TryGetValue<string>(out var text) ? text : null;
}
