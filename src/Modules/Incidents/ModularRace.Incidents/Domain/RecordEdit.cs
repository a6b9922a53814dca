using System.Text.Json.Nodes;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;

namespace ModularRace.Incidents.Domain;

/// <summary>
/// What one command makes and changes: it gives each changed record its next revision and writes its history entry. One
/// look at the clock serves the whole command.
/// </summary>
/// <param name="by">Who makes it, with the role that counts where the records are.</param>
/// <param name="system">Where.</param>
/// <param name="now">When.</param>
/// <param name="time">This server's time.</param>
internal sealed class RecordEdit(string by, ISystemIdentity system, ClockReading now, TimeProvider time)
{
    private readonly List<Incident> incidents = [];
    private readonly List<Report> reports = [];
    private readonly List<HistoryEntry> entries = [];
    private readonly HashSet<Guid> concerned = [];

    public ClockReading Now => now;

    /// <summary>The corrected time of this command: what is said to have been officialised, decided or withdrawn then.</summary>
    public DateTimeOffset At => now.Corrected;

    public string By => by;

    public string Origin => system.Origin;

    /// <summary>This server's time, for <c>created_at</c> and <c>updated_at</c>.</summary>
    public DateTimeOffset Written { get; } = Instants.ToMilliseconds(time.GetUtcNow());

    public IReadOnlyList<Incident> Incidents => incidents;

    public IReadOnlyList<Report> Reports => reports;

    public IReadOnlyList<HistoryEntry> Entries => entries;

    /// <summary>Every incident that the duplicate rule must look at anew.</summary>
    public IReadOnlyCollection<Guid> Concerned => concerned;

    public void Made(Incident incident)
    {
        incidents.Add(incident);
        concerned.Add(incident.ClientUuid);
    }

    public void Made(Report report)
    {
        reports.Add(report);
        concerned.Add(report.IncidentUuid);
    }

    /// <summary>Changes an incident; false where it is as it was.</summary>
    public bool Change(Incident incident, Action<Incident> change)
    {
        var before = Records.Content(incident);
        change(incident);
        if (!Write(RecordTypes.Incident, incident.ClientUuid, Records.Difference(before, Records.Content(incident)))) return false;
        incident.Revision = Revision.Next(incident.Revision);
        incident.UpdatedAt = Written;
        if (!incidents.Contains(incident)) incidents.Add(incident);
        concerned.Add(incident.ClientUuid);
        return true;
    }

    /// <summary>Changes a report; false where it is as it was.</summary>
    /// <param name="report">The report.</param>
    /// <param name="change">What is done to it.</param>
    /// <param name="reason">Kept in its history.</param>
    public bool Change(Report report, Action<Report> change, string? reason = null)
    {
        var before = Records.Content(report);
        concerned.Add(report.IncidentUuid);
        change(report);
        var changes = Records.Difference(before, Records.Content(report));
        if (changes.Count > 0 && reason is not null) changes["reason"] = new JsonArray(null, reason);
        if (!Write(RecordTypes.Report, report.ClientUuid, changes)) return false;
        report.Revision = Revision.Next(report.Revision);
        report.UpdatedAt = Written;
        if (!reports.Contains(report)) reports.Add(report);
        concerned.Add(report.IncidentUuid);
        return true;
    }

    /// <summary>What a person has settled of an incident: an edit, though it may be as it was.</summary>
    public void Settle(Incident incident, Action<Incident> change, string how)
    {
        var before = Records.Content(incident);
        change(incident);
        Write(RecordTypes.Incident, incident.ClientUuid, Settled(before, Records.Content(incident), how));
        (incident.Revision, incident.UpdatedAt) = (Revision.Next(incident.Revision), Written);
        Made(incident);
    }

    /// <summary>The same of a report.</summary>
    public void Settle(Report report, Action<Report> change, string how)
    {
        var before = Records.Content(report);
        concerned.Add(report.IncidentUuid);
        change(report);
        Write(RecordTypes.Report, report.ClientUuid, Settled(before, Records.Content(report), how));
        (report.Revision, report.UpdatedAt) = (Revision.Next(report.Revision), Written);
        Made(report);
    }

    private static JsonObject Settled(JsonObject before, JsonObject after, string how)
    {
        var changes = Records.Difference(before, after);
        changes["resolution"] = new JsonArray(null, how);
        return changes;
    }

    /// <summary>Something that people said of an incident and that is no field of it.</summary>
    public void Note(Guid incidentUuid, JsonObject changes) => Write(RecordTypes.Incident, incidentUuid, changes);

    private bool Write(string type, Guid uuid, JsonObject changes)
    {
        if (changes.Count == 0) return false;
        entries.Add(new HistoryEntry
        {
            ClientUuid = Uuids.New(time), RecordType = type, RecordUuid = uuid, At = Moment.Here(now, null), By = By, System = system.Name,
            Changes = changes.ToJsonString(ApiJson.Options), Revision = Revision.First(), Origin = Origin, CreatedAt = Written,
        });
        return true;
    }
}
