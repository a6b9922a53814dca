using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Features.OnServer.Devices;

/// <summary>A device, as the desk sees it.</summary>
/// <param name="CompetitionUuids">What it was granted; null: all, also later ones.</param>
/// <param name="State"><c>active, silent, revoked</c>.</param>
/// <param name="Status">What it said of itself with its last upload.</param>
/// <param name="Alerts">What is wrong with the device itself: <c>token_shared, card_nearly_full, record_failed, clip_failed</c>.</param>
internal sealed record DeviceItem(
    Guid DeviceUuid, string Name, bool MayDecide, IReadOnlyList<Guid>? CompetitionUuids, [property: AllowedValues("active", "silent", "revoked")] string State, JsonObject? Status, DateTimeOffset? LastSeenAt,
    DateTimeOffset PairedAt, DateTimeOffset? RevokedAt, JsonObject? Metadata, IReadOnlyList<string> Alerts)
{
    /// <summary>A device that syncs every five minutes and has missed three of them.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(15);

    public static DeviceItem Of(PairedDevice device, IEnumerable<Guid> grants, DateTimeOffset now) => new(
        device.DeviceUuid, device.Name, device.MayDecide, device.AllCompetitions ? null : [.. grants.Order()],
        device.RevokedAt is not null ? "revoked" : device.LastSeenAt > now - Silence ? "active" : "silent",
        Parse(device.Status), device.LastSeenAt, device.PairedAt, device.RevokedAt, Parse(device.Metadata), [.. AlertsOf(device)]);

    private static IEnumerable<string> AlertsOf(PairedDevice device)
    {
        if (device.RevokedAt is not null) yield break;
        if (device.TokenSharedAt is not null) yield return AlertKinds.TokenShared;
        if (Card.Free(device.Status) < Card.Low) yield return AlertKinds.CardNearlyFull;
        if (FailedRecords.OutsideQuarantine(device.Status) > 0) yield return AlertKinds.RecordFailed;
        if (StatusFigures.Read(device.Status, "clips_failed") > 0) yield return AlertKinds.ClipFailed;
    }

    private static JsonObject? Parse(string? json) => json is null ? null : JsonNode.Parse(json)?.AsObject();
}
