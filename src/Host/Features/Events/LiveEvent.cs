using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;

namespace ModularRace.Host.Features.Events;

/// <summary>Something that happened, for whoever looks on. It names what is to be read anew and carries nothing of it: who may see what is asked there.</summary>
/// <param name="Id">Its place among the events, for <c>Last-Event-ID</c>; opaque.</param>
/// <param name="Name">The contract's: <c>incident_changed, report_added, clip_ready, conflict_raised, conflict_resolved, device_changed</c>; or <c>resync</c>.</param>
/// <param name="CompetitionUuid">By which its record has it; null: it concerns all.</param>
/// <param name="Official">Viewers may hear of it.</param>
/// <param name="Data">What it is about, by UUIDs.</param>
internal sealed record LiveEvent(string Id, string Name, Guid? CompetitionUuid, bool Official, JsonObject Data)
{
    public const string IncidentChanged = "incident_changed", ReportAdded = "report_added", ClipReady = "clip_ready", ConflictRaised = "conflict_raised", ConflictResolved = "conflict_resolved",
        DeviceChanged = "device_changed", Resync = "resync";

    /// <summary>PostgreSQL's channel, on which every replica hears what any of them committed.</summary>
    public const string Channel = "modularrace_events";

    public static LiveEvent Of(string name, TimeProvider time, Guid? competition, bool official, JsonObject data) =>
        new(NewId(time), name, competition, official, data);

    public static string NewId(TimeProvider time) => Uuids.New(time).ToString("N");

    public string Write() => JsonSerializer.Serialize(this, ApiJson.Options);

    /// <summary>Null: written by a version that says it otherwise.</summary>
    public static LiveEvent? Read(string payload)
    {
        try
        {
            return JsonSerializer.Deserialize<LiveEvent>(payload, ApiJson.Options) is { Id.Length: > 0, Name.Length: > 0, Data: not null } read ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
