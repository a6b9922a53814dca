using ModularRace.Shared.Identifiers;

namespace ModularRace.Incidents.Domain;

/// <summary>Incidents that are shown as one: the one that stands and its aliases, with all their reports (R4).</summary>
internal sealed class IncidentGroup
{
    public IncidentGroup(IEnumerable<Incident> members, IEnumerable<Report> reports)
    {
        Members = [.. members.OrderBy(m => m.OccurredAt).ThenBy(m => m.ClientUuid, ByText)];
        Reports = [.. reports.OrderBy(r => r.OccurredAt).ThenBy(r => r.ClientUuid, ByText)];
    }

    /// <summary>R4: UUIDs compare as text.</summary>
    public static readonly Comparer<Guid> ByText = Comparer<Guid>.Create(Uuids.CompareAsText);

    /// <summary>By corrected time, then UUID.</summary>
    public IReadOnlyList<Incident> Members { get; }

    /// <summary>Of all members, withdrawn ones too, by corrected time, then UUID.</summary>
    public IReadOnlyList<Report> Reports { get; }

    public Incident Standing => Members.Single(m => m.MergedInto is null);

    /// <summary>Its description and location are shown.</summary>
    public Incident Earliest => Members[0];

    /// <summary>The furthest status, with its earliest time; null while unofficial.</summary>
    public Incident? Official => Members.Where(m => m.IsOfficial).MinBy(m => m.OfficializedAt ?? DateTimeOffset.MaxValue);

    /// <summary>The one decision; equal decisions keep the earlier time (R7). Null while pending.</summary>
    public Incident? Decided => Members.Where(m => m.IsDecided).MinBy(m => m.DecidedAt ?? DateTimeOffset.MaxValue);

    public IEnumerable<Report> ReportsOf(Incident member) => Reports.Where(r => r.IncidentUuid == member.ClientUuid);
}
