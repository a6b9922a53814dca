using System.Text.Json.Nodes;
using ModularRace.Shared.Records;

namespace ModularRace.Sync.Domain.OnDevice;

/// <summary>A record as the queue keeps it.</summary>
internal static class QueuedContent
{
    /// <summary>
    /// The whole version. A field that was set before and is not now is an explicit null: one that is left out would count
    /// as unknown to this version, and stay.
    /// </summary>
    public static JsonObject Whole(RecordVersion record, IReadOnlyList<string> before)
    {
        var content = (JsonObject)record.Content.DeepClone();
        foreach (var field in before) content.TryAdd(field, null);
        if (record.Deleted) content["deleted"] = true;
        return content;
    }
}
