using MediatR;

namespace ModularRace.Sync.Contracts;

/// <summary>What an alert is about.</summary>
public static class AlertKinds
{
    public const string ConflictSpike = "conflict_spike", DeviceSilent = "device_silent", RecordQuarantined = "record_quarantined", TokenShared = "token_shared",
        CardNearlyFull = "card_nearly_full", RecordFailed = "record_failed", ClipFailed = "clip_failed";
}

/// <summary>
/// Something that somebody must look at, published within the transaction that noticed it. Raised as often as it is noticed;
/// whoever keeps alerts keeps each cause once, until it has ended.
/// </summary>
/// <param name="Kind">One of <see cref="AlertKinds"/>.</param>
/// <param name="CauseKey">The same for the same cause.</param>
/// <param name="CompetitionUuid">Whose jury it concerns; null: those with rights on all.</param>
/// <param name="DeviceUuid">The device that it is about; null: none.</param>
/// <param name="Words">One sentence for a person; of a cause that goes on the newest counts.</param>
/// <param name="At">When it was noticed.</param>
public sealed record AlertRaised(string Kind, string CauseKey, Guid? CompetitionUuid, Guid? DeviceUuid, string Words, DateTimeOffset At) : INotification;

/// <summary>The cause is gone; told also where nothing was raised.</summary>
public sealed record AlertEnded(string CauseKey, DateTimeOffset At) : INotification;

/// <summary>All causes of a kind that hold now: they are raised, and every other of that kind has ended.</summary>
public sealed record AlertsHold(string Kind, IReadOnlyList<AlertRaised> Causes, DateTimeOffset At) : INotification;

/// <summary>What was done with a device, or became of it: for whoever writes that down or tells others.</summary>
public static class DeviceNewsKinds
{
    public const string CodeMade = "code_made", Paired = "paired", Changed = "changed", Revoked = "revoked", HeardAgain = "heard_again";
}

/// <summary>Said within the transaction in which it happened, once.</summary>
/// <param name="Kind">One of <see cref="DeviceNewsKinds"/>.</param>
/// <param name="DeviceUuid">The device; null: none yet (a code for a new one).</param>
/// <param name="Name">As shown to people.</param>
/// <param name="OnlyCompetitionUuid">The one competition that it was granted; null: several, all or none.</param>
/// <param name="Detail">What was changed, for a person; null: nothing more to say.</param>
public sealed record DeviceNews(string Kind, Guid? DeviceUuid, string Name, Guid? OnlyCompetitionUuid, string? Detail, DateTimeOffset At) : INotification;
