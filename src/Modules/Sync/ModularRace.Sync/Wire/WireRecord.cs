using System.Text.Json.Nodes;

namespace ModularRace.Sync.Wire;

/// <summary>A record between its two forms: as in answers (download, changes), and as in an upload's <c>data</c>.</summary>
internal static class WireRecord
{
    private const string DeviceSuffix = "_device";

    /// <summary>What answers have and an upload's <c>data</c> has not (* in the contract).</summary>
    private static readonly HashSet<string> AnswersOnly = new(StringComparer.Ordinal)
    {
        "client_uuid", "revision", "origin", "updated_at", "merged_into", "merged_from", "standing", "reports", "reported_by", "clips",
    };

    /// <summary>The answer's form: the content, overlaid with what answers have beside or instead of it.</summary>
    public static JsonObject ToAnswer(Guid clientUuid, string revision, string origin, JsonObject content, JsonObject? answer)
    {
        var data = new JsonObject { ["client_uuid"] = clientUuid.ToString(), ["revision"] = revision, ["origin"] = origin };
        foreach (var (name, value) in content) data[name] = value?.DeepClone();
        if (answer is not null)
            foreach (var (name, value) in answer)
                data[name] = value?.DeepClone();
        return data;
    }

    /// <summary>
    /// The content again, as its owner takes it: the device's own time (<c>occurred_at_device</c>) in the place of the
    /// corrected one, without what only answers have and without nulls.
    /// </summary>
    public static JsonObject ToContent(JsonObject data)
    {
        var content = new JsonObject();
        foreach (var (name, value) in data)
        {
            if (value is null || AnswersOnly.Contains(name)) continue;
            if (name.EndsWith(DeviceSuffix, StringComparison.Ordinal) && data.ContainsKey(name[..^DeviceSuffix.Length])) continue;
            var own = data.TryGetPropertyValue(name + DeviceSuffix, out var device) && device is not null ? device : value;
            content[name] = own.DeepClone();
        }

        return content;
    }

    /// <summary>The <c>origin</c> that an answer names.</summary>
    public static string? Origin(JsonObject data) => data.TryGetPropertyValue("origin", out var node) && node is JsonValue v && v.TryGetValue<string>(out var origin) ? origin : null;
}
