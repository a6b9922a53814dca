using MediatR;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Contracts;

/// <summary>What <c>clip.state</c> of a report says.</summary>
public static class ClipStates
{
    /// <summary>Not on the cloud yet.</summary>
    public const string Pending = "pending";

    /// <summary>On the cloud, whole and verified.</summary>
    public const string Stored = "stored";

    /// <summary>The cloud could not take it; it is tried again.</summary>
    public const string Failed = "failed";
}

/// <summary>A report's clip is here, whole and verified: said within the transaction that says so for good, for each report that names it.</summary>
/// <param name="IncidentUuid">The incident that stands for the report's.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record ClipStored(Guid ReportUuid, Guid IncidentUuid, Guid RaceUuid, string Sha256) : INotification;

/// <summary>A picture of a report's clip is here, said as <see cref="ClipStored"/> is.</summary>
public sealed record ClipPictured(Guid ReportUuid, Guid IncidentUuid, Guid RaceUuid, string Sha256) : INotification;

/// <summary>
/// Asked before bytes of a device's clip are taken, and again before it is stored. Sync throws where the device may not (any
/// more), and says whether it knows the clip from a version of the report that does not stand: one in conflict or quarantine.
/// </summary>
/// <param name="CompetitionUuid">The report's competition; null: the report does not stand here.</param>
public sealed record ClipComing(Guid DeviceUuid, Guid ReportUuid, Guid? CompetitionUuid, string Sha256) : INotification
{
    /// <summary>Set by whoever has a version of that report, from that device, that names the clip.</summary>
    public bool Named { get; set; }
}

/// <summary>
/// Asked of the modules after this one before the bytes of clips are deleted that no report here names: whoever keeps a
/// version that does adds them to <see cref="InUse"/>, and they stay.
/// </summary>
public sealed record ClipsLeaving(IReadOnlyCollection<string> Sha256) : INotification
{
    public ISet<string> InUse { get; } = new HashSet<string>(StringComparer.Ordinal);
}

/// <summary>Of these clips those whose bytes are here, in no order.</summary>
public sealed record FindHeldClips(IReadOnlyCollection<string> Sha256) : IQuery<IReadOnlyList<HeldClip>>;

/// <param name="DurationMs">Null: unknown.</param>
public sealed record HeldClip(string Sha256, long SizeBytes, string ContentType, long? DurationMs);

/// <summary>
/// Asked of the modules after this one before the bytes of clips go by a competition's rule, within the transaction and under
/// the locks of their races: whoever knows of something that waits for a person over one adds why, and it stays.
/// </summary>
public sealed record ClipsExpiring(IReadOnlyCollection<ExpiringClip> Clips) : INotification
{
    /// <summary>SHA-256 to a reason, such as <c>in_conflict</c>.</summary>
    public IDictionary<string, string> Stay { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <param name="Records">The reports that name it, and all incidents that these are shown with.</param>
public sealed record ExpiringClip(string Sha256, IReadOnlyCollection<Guid> Records);

/// <summary>
/// On the cloud: of these clips those that were here, whole and verified, and went by their competitions' rules, of each report
/// that names them. Nobody needs to send or keep them any more.
/// </summary>
public sealed record FindRemovedClips(IReadOnlyCollection<string> Sha256) : IQuery<IReadOnlyList<string>>;

/// <summary>An admin said when the clips of a competition go by themselves, within the transaction.</summary>
/// <param name="Name">Of the competition.</param>
/// <param name="Days">After its last day; null: they stay.</param>
public sealed record ClipRuleSet(Guid CompetitionUuid, string Name, int? Days) : INotification;

/// <summary>A person put a hold on clips, or lifted it, within the transaction.</summary>
/// <param name="Name">Of the competition.</param>
/// <param name="What">In words: "No. 12", or a race's name.</param>
/// <param name="Lifted">False: it was put.</param>
public sealed record ClipHoldChanged(Guid CompetitionUuid, string Name, string What, bool Lifted) : INotification;

/// <summary>Clips went by a competition's rule: how many since this was said last.</summary>
/// <param name="Name">Of the competition.</param>
public sealed record ClipsRemoved(Guid CompetitionUuid, string Name, int Clips, long Bytes) : INotification;

/// <summary>Whether there is room for clips here: where there is not, none is taken any more, and reports are.</summary>
public sealed record FindClipRoom : IQuery<bool>;

/// <summary>The bytes of a clip, to be read from any place; the caller closes it. Null: they are not here.</summary>
public sealed record OpenHeldClip(string Sha256) : IQuery<Stream?>;

/// <summary>
/// On the cloud: the next bytes of a device's clip, which a person who may speak for the device brings on a memory stick. They
/// count as if the device had sent them; what is here already is not taken again (R2). No transaction is around it. Answers how
/// many bytes of the clip are here; all of them: it is whole, verified and kept.
/// </summary>
/// <param name="Offset">Where they belong.</param>
public sealed record CarryClip(Guid DeviceUuid, Guid ReportUuid, string Sha256, long SizeBytes, long Offset, ArraySegment<byte> Bytes) : IRequest<long>;

/// <summary>On a Pi: what became of a clip on its way to the cloud. One of <see cref="ClipStates"/>.</summary>
public sealed record SetClipState(string Sha256, string State) : ICommand<Done>;
