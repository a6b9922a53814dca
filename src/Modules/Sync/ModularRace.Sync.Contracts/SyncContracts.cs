using MediatR;
using ModularRace.Shared.Messaging;

namespace ModularRace.Sync.Contracts;

/// <summary>Whether a device's credentials hold, for the host's authentication handler.</summary>
/// <param name="DeviceUuid">What the device says it is.</param>
/// <param name="TokenDigest">SHA-256 of the token that it showed.</param>
public sealed record AuthenticateDevice(Guid DeviceUuid, byte[] TokenDigest) : IQuery<DeviceIdentity?>;

/// <param name="DeviceUuid">The device.</param>
/// <param name="Name">As shown to people.</param>
/// <param name="Revoked">The token was right once: 401 <c>device_revoked</c> instead of <c>device_unknown</c>.</param>
public sealed record DeviceIdentity(Guid DeviceUuid, string Name, bool Revoked);

/// <summary>What the strip at the foot of every touch page says: counts first, then the link (R11).</summary>
/// <param name="Paired">Whether the Pi knows its cloud.</param>
/// <param name="DeviceName">The Pi's name, given at pairing; null before.</param>
/// <param name="CompetitionUuid">The competition that was downloaded; null: none.</param>
/// <param name="CompetitionName">Its name.</param>
/// <param name="ReadyForOffline">All of the competition is on this Pi.</param>
/// <param name="Pending">Records that wait to be sent.</param>
/// <param name="PendingReports">Of those, the reports that a person made.</param>
/// <param name="OldestPendingAt">When the oldest of those was made, by this Pi's clock.</param>
/// <param name="Failed">Records that the cloud could not take.</param>
/// <param name="Conflicts">Records over which a person must decide.</param>
/// <param name="Online">The cloud answered at the last contact.</param>
/// <param name="LinkSince">Since when that is so, by this Pi's clock.</param>
/// <param name="LastSyncAt">When a sync last ended well.</param>
/// <param name="LastError">Why the last contact failed, in words for a referee.</param>
/// <param name="Syncing">A sync runs now.</param>
/// <param name="ClockUncertaintyMs">How far the corrected time may be off; null: unknown.</param>
/// <param name="DiskFreeFraction">Free part of the card, 0 to 1.</param>
public sealed record DeviceState(
    bool Paired, string? DeviceName, Guid? CompetitionUuid, string? CompetitionName, bool ReadyForOffline, int Pending, int PendingReports,
    DateTimeOffset? OldestPendingAt, int Failed, int Conflicts, bool Online, DateTimeOffset? LinkSince, DateTimeOffset? LastSyncAt, string? LastError,
    bool Syncing, long? ClockUncertaintyMs, double DiskFreeFraction);

/// <summary>Reads <see cref="DeviceState"/> (on a Pi).</summary>
public sealed record ReadDeviceState : IQuery<DeviceState>;

/// <summary>All that this Pi held was proven and deleted (R13), said within the transaction: it is free for the next race. Not said where something stays.</summary>
public sealed record DeviceCleared : INotification;

/// <summary>
/// Said within the transaction in which a device was paired, changed or revoked, told how it is, or was found silent; on a Pi,
/// when a run of its own has ended.
/// </summary>
/// <param name="CompetitionUuids">Those that it was granted; null: all.</param>
public sealed record DeviceChanged(Guid DeviceUuid, IReadOnlyCollection<Guid>? CompetitionUuids) : INotification;
