using System.Text.Json.Nodes;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Contracts;

/// <summary>
/// Gives reports an incident of their own, so that a person can tell them apart from the rest (R5). Whoever may edit the
/// reports may. The caller holds the race's lock.
/// </summary>
/// <param name="ReportUuids">All that the person tells apart: also those whose incident goes with them.</param>
/// <param name="OwnIncidents">Of those the reports that leave their incident, each to the incident that it gets.</param>
public sealed record SeparateReports(IReadOnlyCollection<Guid> ReportUuids, IReadOnlyDictionary<Guid, Guid> OwnIncidents) : ICommand<Done>;

/// <summary>Writes into the history of incidents what people said of them that is no field of theirs.</summary>
public sealed record NoteInHistory(IReadOnlyList<HistoryNote> Notes) : ICommand<Done>;

/// <param name="IncidentUuid">The incident.</param>
/// <param name="Changes">As in a <c>history_entry</c>: field to [old, new].</param>
public sealed record HistoryNote(Guid IncidentUuid, JsonObject Changes);
