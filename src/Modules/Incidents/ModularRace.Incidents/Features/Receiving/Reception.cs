using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Incidents.Features.Receiving;

/// <summary>
/// A batch of records on its way in, read, with all that it refers to: a handful of queries however many records there are.
/// What is stored already is tracked.
/// </summary>
internal sealed class Reception
{
    private readonly Dictionary<Guid, HangingRace> races;
    private readonly Dictionary<Guid, LocationSummary> locations;
    private readonly Dictionary<Guid, HangingRace> incidentPlaces = [];
    private readonly Dictionary<Guid, Guid> incidentOfReport = [];

    private Reception(
        IReadOnlyList<IncomingRecord> records, IReadOnlyList<(IncomingForm? Form, RecordError? Error)> forms, Dictionary<Guid, Incident> incidents,
        Dictionary<Guid, Report> reports, Dictionary<Guid, HangingRace> races, Dictionary<Guid, LocationSummary> locations)
    {
        (Records, Forms, Incidents, Reports, this.races, this.locations) = (records, forms, incidents, reports, races, locations);
        foreach (var incident in incidents.Values)
            incidentPlaces[incident.ClientUuid] = new HangingRace(
                incident.SaidCompetitionUuid ?? incident.CompetitionUuid, incident.SaidRaceUuid ?? incident.RaceUuid, incident.RaceUuid, incident.CompetitionUuid);
        foreach (var report in reports.Values) incidentOfReport[report.ClientUuid] = report.IncidentUuid;

        var outcomes = new RecordOutcome[records.Count];
        // In the order of reference, wherever in the batch they stand.
        foreach (var index in Enumerable.Range(0, records.Count).OrderBy(i => RecordTypes.Rank(records[i].Type)))
            outcomes[index] = Judge(records[index], forms[index].Form, forms[index].Error);
        Outcomes = outcomes;
    }

    public IReadOnlyList<IncomingRecord> Records { get; }

    public IReadOnlyList<(IncomingForm? Form, RecordError? Error)> Forms { get; }

    /// <summary>Stored incidents that the batch names.</summary>
    public Dictionary<Guid, Incident> Incidents { get; }

    /// <summary>Stored reports that the batch names.</summary>
    public Dictionary<Guid, Report> Reports { get; }

    /// <summary>In the records' order: acceptable, invalid, or its parent is missing.</summary>
    public IReadOnlyList<RecordOutcome> Outcomes { get; }

    public static async Task<Reception> ReadAsync(
        IncidentsDbContext db, IMediator mediator, IReadOnlyList<IncomingRecord> records, CancellationToken cancellationToken)
    {
        var forms = records.Select(IncomingForm.Read).ToList();
        var reportUuids = records.Where(r => r.Type == RecordTypes.Report).Select(r => r.ClientUuid)
            .Concat(forms.Select(f => f.Form).OfType<HistoryEntryForm>().Where(h => h.RecordType == RecordTypes.Report).Select(h => h.RecordUuid))
            .Distinct().ToArray();
        var reports = reportUuids.Length == 0 ? [] : await db.Reports.Where(r => reportUuids.Contains(r.ClientUuid)).ToDictionaryAsync(r => r.ClientUuid, cancellationToken);

        var incidentUuids = records.Where(r => r.Type == RecordTypes.Incident).Select(r => r.ClientUuid)
            .Concat(forms.Select(f => f.Form).OfType<ReportForm>().Select(r => r.IncidentUuid))
            .Concat(forms.Select(f => f.Form).OfType<HistoryEntryForm>().Where(h => h.RecordType == RecordTypes.Incident).Select(h => h.RecordUuid))
            .Concat(reports.Values.Select(r => r.IncidentUuid))
            .Distinct().ToArray();
        var incidents = incidentUuids.Length == 0 ? [] : await db.Incidents.Where(i => incidentUuids.Contains(i.ClientUuid)).ToDictionaryAsync(i => i.ClientUuid, cancellationToken);

        var raceUuids = forms.Select(f => f.Form).OfType<IncidentForm>().Select(i => i.RaceUuid).Distinct().ToArray();
        var locationUuids = forms.Select(f => f.Form).Select(f => (f as IncidentForm)?.RaceLocationUuid ?? (f as ReportForm)?.RaceLocationUuid)
            .OfType<Guid>().Distinct().ToArray();
        var knownRaces = await HangingAsync(mediator, raceUuids, cancellationToken);
        var knownLocations = locationUuids.Length == 0 ? [] : (await mediator.Send(new FindLocations(locationUuids), cancellationToken)).ToDictionary(l => l.ClientUuid);
        return new Reception(records, forms, incidents, reports, knownRaces, knownLocations);
    }

    /// <summary>The race that an acceptable form names.</summary>
    public HangingRace Race(IncidentForm form) => races[form.RaceUuid];

    /// <summary>The location that stands where an acceptable form says.</summary>
    public Guid? Location(Guid? said) => said is { } uuid ? locations[uuid].StandsFor : null;

    private static async Task<Dictionary<Guid, HangingRace>> HangingAsync(IMediator mediator, Guid[] uuids, CancellationToken cancellationToken)
    {
        if (uuids.Length == 0) return [];
        var named = await mediator.Send(new FindRaces(uuids), cancellationToken);
        var merged = named.Where(r => r.StandsFor != r.ClientUuid).Select(r => r.StandsFor).Distinct().ToArray();
        var standing = named.Concat(merged.Length == 0 ? [] : await mediator.Send(new FindRaces(merged), cancellationToken)).DistinctBy(r => r.ClientUuid).ToDictionary(r => r.ClientUuid);
        return named.ToDictionary(r => r.ClientUuid, r => new HangingRace(r.SaidCompetitionUuid, r.ClientUuid, r.StandsFor, standing[r.StandsFor].CompetitionUuid));
    }

    private RecordOutcome Judge(IncomingRecord record, IncomingForm? form, RecordError? error) => form switch
    {
        IncidentForm incident => Judge(record, incident),
        ReportForm report => Judge(record, report),
        HistoryEntryForm entry => Judge(record, entry),
        _ => Outcome(record, RecordVerdict.Invalid, Place(record), error),
    };

    private RecordOutcome Judge(IncomingRecord record, IncidentForm form)
    {
        if (!races.TryGetValue(form.RaceUuid, out var place)) return Missing(record, null, form.RaceUuid, "race_uuid");
        if (JudgeLocation(record, place, form.RaceLocationUuid) is { } fault) return fault;
        incidentPlaces[record.ClientUuid] = place;
        return Outcome(record, RecordVerdict.Acceptable, place);
    }

    private RecordOutcome Judge(IncomingRecord record, ReportForm form)
    {
        if (!incidentPlaces.TryGetValue(form.IncidentUuid, out var place)) return Missing(record, Place(record), form.IncidentUuid, "incident_uuid");
        if (JudgeLocation(record, place, form.RaceLocationUuid) is { } fault) return fault;
        incidentOfReport[record.ClientUuid] = form.IncidentUuid;
        return Outcome(record, RecordVerdict.Acceptable, place);
    }

    private RecordOutcome Judge(IncomingRecord record, HistoryEntryForm form)
    {
        var incident = form.RecordType == RecordTypes.Incident ? form.RecordUuid : incidentOfReport.GetValueOrDefault(form.RecordUuid);
        return incidentPlaces.TryGetValue(incident, out var place)
            ? Outcome(record, RecordVerdict.Acceptable, place)
            : Missing(record, null, form.RecordUuid, "record_uuid");
    }

    private RecordOutcome? JudgeLocation(IncomingRecord record, HangingRace place, Guid? locationUuid) =>
        locationUuid is not { } uuid ? null
        : !locations.TryGetValue(uuid, out var location) ? Missing(record, place, uuid, "race_location_uuid")
        // A location that was taken off the course meanwhile is still where it was seen.
        : location.RaceUuid != place.StandsFor
            ? Outcome(record, RecordVerdict.Invalid, place, new RecordError("validation_failed", "It is a location of another race.", "race_location_uuid"))
            : null;

    /// <summary>Where the record as stored belongs, for one that cannot be read.</summary>
    private HangingRace? Place(IncomingRecord record) =>
        incidentPlaces.TryGetValue(record.Type == RecordTypes.Report ? incidentOfReport.GetValueOrDefault(record.ClientUuid) : record.ClientUuid, out var place) ? place : null;

    private static RecordOutcome Missing(IncomingRecord record, HangingRace? place, Guid parent, string field) =>
        Outcome(record, RecordVerdict.MissingParent, place, new RecordError("foreign_key_not_found", "It refers to something that is not here.", field)) with { MissingParentUuid = parent };

    private static RecordOutcome Outcome(IncomingRecord record, RecordVerdict verdict, HangingRace? place, RecordError? error = null) =>
        new(record.Type, record.ClientUuid, verdict, place?.CompetitionUuid, place?.RaceUuid, Error: error);
}

/// <summary>A race as records name it, and where what names it hangs.</summary>
/// <param name="CompetitionUuid">That its own record names.</param>
/// <param name="RaceUuid">As records name it.</param>
/// <param name="StandsFor">The race that stands for it; itself where it was not merged into another.</param>
/// <param name="HangsOn">The competition of that.</param>
internal sealed record HangingRace(Guid CompetitionUuid, Guid RaceUuid, Guid StandsFor, Guid HangsOn);
