using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ModularRace.Sync.Wire;

/// <summary>What <c>GET /sync/download</c> answers: each record as in answers, with <c>client_uuid</c>, <c>revision</c>, <c>origin</c>.</summary>
/// <param name="Cursor">Where <c>GET /sync/changes</c> goes on; it carries the scope.</param>
internal sealed record DownloadAnswer(
    JsonObject Competition, IReadOnlyList<JsonObject> Races, IReadOnlyList<JsonObject> RaceLocations, IReadOnlyList<JsonObject> Athletes,
    IReadOnlyList<JsonObject> BibAssignments, IReadOnlyList<JsonObject> Penalties, IReadOnlyList<JsonObject> Phrases, string Cursor);

/// <summary>What <c>GET /sync/changes</c> answers.</summary>
/// <param name="Changes">In an order in which each record comes after what it refers to; one may come again unchanged.</param>
/// <param name="Cursor">Where to go on, also when there was nothing.</param>
/// <param name="HasMore">Ask again at once.</param>
/// <param name="Own">Only to a device that names its store: versions that are, to the letter, what that store itself sent.</param>
internal sealed record ChangesAnswer(
    IReadOnlyList<Change> Changes, string Cursor, bool HasMore, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<OwnChanges>? Own = null);

/// <summary>Records that stand on the cloud exactly as the device sent them, by where they stood in its batch: they need not come back whole.</summary>
/// <param name="BatchUuid">Of the upload in which they came.</param>
/// <param name="Revision">That they all have now.</param>
/// <param name="Places">From and to, both included, counted from 0.</param>
internal sealed record OwnChanges(Guid BatchUuid, string Revision, IReadOnlyList<int[]> Places);

internal sealed record Change(string Type, Guid ClientUuid, string Revision, bool Deleted, JsonObject Data);
