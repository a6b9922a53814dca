using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;

namespace ModularRace.Incidents.Features.Receiving;

/// <summary>
/// Set-based: a whole upload is a handful of statements, and the duplicate rule is told once. A record that cannot be taken
/// is left out and told; the others go in (R14). A record that is as it is stored changes nothing (R2).
/// </summary>
internal sealed class ApplyIncidentRecordsHandler(IncidentsDbContext db, IncidentChanges changes, IMediator mediator, TimeProvider time)
    : IRequestHandler<ApplyIncidentRecords, IReadOnlyList<RecordOutcome>>
{
    public async Task<IReadOnlyList<RecordOutcome>> Handle(ApplyIncidentRecords request, CancellationToken cancellationToken)
    {
        var reception = await Reception.ReadAsync(db, mediator, request.Records, cancellationToken);
        var batch = new Batch(Instants.ToMilliseconds(time.GetUtcNow()), await KnownEntriesAsync(reception, cancellationToken));
        var outcomes = reception.Outcomes.ToArray();
        foreach (var index in Enumerable.Range(0, outcomes.Length).Where(i => outcomes[i].Verdict == RecordVerdict.Acceptable)
            .OrderBy(i => RecordTypes.Rank(outcomes[i].Type)))
        {
            var (verdict, revision) = reception.Forms[index].Form switch
            {
                IncidentForm form => Take(reception, batch, reception.Records[index], form),
                ReportForm form => Take(reception, batch, reception.Records[index], form),
                HistoryEntryForm form => Take(batch, reception.Records[index], form),
                _ => throw new InvalidOperationException("What could not be read was taken for acceptable."),
            };
            outcomes[index] = outcomes[index] with { Verdict = verdict, Revision = revision };
        }

        foreach (var made in batch.Made.GroupBy(i => i.CompetitionUuid).OrderBy(g => g.Key))
        {
            var number = await changes.TakeNumbersAsync(made.Key, made.Count(), cancellationToken);
            foreach (var incident in made) incident.Number = number++;
        }

        await db.CopyAsync(batch.Made, cancellationToken);
        await db.CopyAsync(batch.MadeReports, cancellationToken);
        await db.CopyAsync(batch.Entries, cancellationToken);
        foreach (var (uuid, form) in batch.Renamed)
            await db.HistoryEntries.Where(h => h.ClientUuid == uuid).ExecuteUpdateAsync(s => s.SetProperty(h => h.By, form.By).SetProperty(h => h.Changes, form.Changes), cancellationToken);
        await changes.SaveAsync([.. batch.Incidents], [.. batch.Reports], batch.Entries, batch.Concerned, ChangeSource.Received, cancellationToken);
        return outcomes;
    }

    private static (RecordVerdict Verdict, string Revision) Take(Reception reception, Batch batch, IncomingRecord record, IncidentForm form)
    {
        var (race, location) = (reception.Race(form), reception.Location(form.RaceLocationUuid));
        if (!reception.Incidents.TryGetValue(record.ClientUuid, out var incident))
        {
            incident = new Incident
            {
                ClientUuid = record.ClientUuid, CompetitionUuid = race.HangsOn, RaceUuid = race.StandsFor, At = form.At, Revision = batch.Next(null), Origin = record.Origin,
                CreatedAt = form.CreatedAt ?? batch.Now, UpdatedAt = batch.Now,
            };
            form.WriteTo(incident, race, location);
            reception.Incidents.Add(record.ClientUuid, incident);
            batch.Made.Add(incident);
            batch.Touch(incident);
            return (RecordVerdict.Created, incident.Revision);
        }

        var (before, origin) = (Records.Content(incident), incident.Origin);
        form.WriteTo(incident, race, location);
        // Two sides may make one incident of one report, each for itself; which stands goes by the origin that the cloud has (R3).
        incident.Origin = record.Origin;
        if (incident.Origin != origin) batch.Touch(incident);
        if (JsonNode.DeepEquals(before, Records.Content(incident))) return (RecordVerdict.Unchanged, incident.Revision);
        incident.Revision = batch.Next(incident.Revision);
        incident.UpdatedAt = batch.Now;
        batch.Touch(incident);
        return (RecordVerdict.Updated, incident.Revision);
    }

    private static (RecordVerdict Verdict, string Revision) Take(Reception reception, Batch batch, IncomingRecord record, ReportForm form)
    {
        if (!reception.Reports.TryGetValue(record.ClientUuid, out var report))
        {
            report = new Report
            {
                ClientUuid = record.ClientUuid, IncidentUuid = form.IncidentUuid, At = form.At, Revision = batch.Next(null), Origin = record.Origin,
                CreatedAt = form.CreatedAt ?? batch.Now, UpdatedAt = batch.Now,
            };
            form.WriteTo(report, reception.Location(form.RaceLocationUuid));
            reception.Reports.Add(record.ClientUuid, report);
            batch.MadeReports.Add(report);
            batch.Touch(report);
            return (RecordVerdict.Created, report.Revision);
        }

        var before = Records.Content(report);
        var from = report.IncidentUuid;
        form.WriteTo(report, reception.Location(form.RaceLocationUuid));
        if (JsonNode.DeepEquals(before, Records.Content(report))) return (RecordVerdict.Unchanged, report.Revision);
        report.Revision = batch.Next(report.Revision);
        report.UpdatedAt = batch.Now;
        batch.Concerned.Add(from);
        batch.Touch(report);
        return (RecordVerdict.Updated, report.Revision);
    }

    /// <summary>A history entry is never changed, and a second content is Sync's to tell; but names may have been taken out of it on the cloud.</summary>
    private static (RecordVerdict Verdict, string Revision) Take(Batch batch, IncomingRecord record, HistoryEntryForm form)
    {
        if (batch.KnownEntries.TryGetValue(record.ClientUuid, out var known))
        {
            if (known.Says(form)) return (RecordVerdict.Unchanged, known.Revision);
            batch.Renamed.Add((record.ClientUuid, form));
            return (RecordVerdict.Updated, known.Revision);
        }

        var entry = new HistoryEntry
        {
            ClientUuid = record.ClientUuid, RecordType = form.RecordType, RecordUuid = form.RecordUuid, At = form.At, By = form.By, System = form.System,
            Changes = form.Changes, Revision = batch.Next(null), Origin = record.Origin, CreatedAt = form.CreatedAt ?? batch.Now,
        };
        batch.Entries.Add(entry);
        batch.KnownEntries.Add(record.ClientUuid, new KnownEntry(entry.Revision, form.By, form.Changes));
        return (RecordVerdict.Created, entry.Revision);
    }

    private async Task<Dictionary<Guid, KnownEntry>> KnownEntriesAsync(Reception reception, CancellationToken cancellationToken)
    {
        var uuids = reception.Records.Where(r => r.Type == RecordTypes.HistoryEntry).Select(r => r.ClientUuid).Distinct().ToArray();
        return uuids.Length == 0
            ? []
            : await db.HistoryEntries.Where(h => uuids.Contains(h.ClientUuid)).Select(h => new { h.ClientUuid, Known = new KnownEntry(h.Revision, h.By, h.Changes) })
                .ToDictionaryAsync(h => h.ClientUuid, h => h.Known, cancellationToken);
    }

    private sealed record KnownEntry(string Revision, string By, string Changes)
    {
        public bool Says(HistoryEntryForm form) => By == form.By && JsonNode.DeepEquals(JsonNode.Parse(Changes), JsonNode.Parse(form.Changes));
    }

    /// <summary>What the batch made and changed so far; each record once, though it may be named twice.</summary>
    private sealed record Batch(DateTimeOffset Now, Dictionary<Guid, KnownEntry> KnownEntries)
    {
        private readonly string mark = Revision.NewMark();

        public List<Incident> Made { get; } = [];

        public List<Report> MadeReports { get; } = [];

        public HashSet<Incident> Incidents { get; } = [];

        public HashSet<Report> Reports { get; } = [];

        public List<HistoryEntry> Entries { get; } = [];

        public List<(Guid Uuid, HistoryEntryForm Form)> Renamed { get; } = [];

        public HashSet<Guid> Concerned { get; } = [];

        public string Next(string? revision) => Revision.Next(revision, mark);

        public void Touch(Incident incident)
        {
            Incidents.Add(incident);
            Concerned.Add(incident.ClientUuid);
        }

        public void Touch(Report report)
        {
            Reports.Add(report);
            Concerned.Add(report.IncidentUuid);
        }
    }
}
