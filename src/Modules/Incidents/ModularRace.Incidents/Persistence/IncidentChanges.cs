using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;

namespace ModularRace.Incidents.Persistence;

/// <summary>The head and the tail that all commands on incidents have in common; each handler calls them in plain sight.</summary>
internal sealed class IncidentChanges(
    IncidentsDbContext db, DatabaseSession session, IMediator mediator, ICurrentActor current, ISystemIdentity system, IRaceClock clock, TimeProvider time)
{
    public RecordEdit Begin(Guid? competitionUuid) => new(current.SignatureOn(competitionUuid), system, clock.Read(), time);

    /// <summary>
    /// Locks the race of an incident (R4: before anything is read that the change depends on) and reads the whole group that
    /// it is shown with, tracked. 404 where there is none.
    /// </summary>
    public async Task<IncidentGroup> LockGroupAsync(Guid incidentUuid, CancellationToken cancellationToken)
    {
        var race = await db.Incidents.Where(i => i.ClientUuid == incidentUuid).Select(i => (Guid?)i.RaceUuid).SingleOrDefaultAsync(cancellationToken)
            ?? throw Problem.NotFound("incident");
        await session.LockAsync(RaceLock.Scope, race, cancellationToken);
        var group = db.Incidents.Where(i => i.ClientUuid == incidentUuid).Select(i => i.GroupUuid);
        var members = await db.Incidents.Where(i => group.Contains(i.GroupUuid)).ToListAsync(cancellationToken);
        // A correction may have moved it to another race while we waited for the lock of the first.
        if (members.Find(m => m.ClientUuid == incidentUuid)?.RaceUuid != race)
        {
            db.ChangeTracker.Clear();
            return await LockGroupAsync(incidentUuid, cancellationToken);
        }

        var uuids = members.ConvertAll(m => m.ClientUuid);
        return new IncidentGroup(members, await db.Reports.Where(r => uuids.Contains(r.IncidentUuid)).ToListAsync(cancellationToken));
    }

    /// <summary>Locks a race, and the one that stands for it where it was merged into another; answers that. Null: there is no such race.</summary>
    public async Task<RaceSummary?> LockRaceAsync(Guid raceUuid, CancellationToken cancellationToken)
    {
        // What was merged is known for sure only under the lock.
        for (var locked = raceUuid; ;)
        {
            await session.LockAsync(RaceLock.Scope, locked, cancellationToken);
            if ((await mediator.Send(new FindRaces([raceUuid]), cancellationToken)).SingleOrDefault() is not { } race) return null;
            if (race.StandsFor == locked) return locked == raceUuid ? race : (await mediator.Send(new FindRaces([locked]), cancellationToken)).Single();
            locked = race.StandsFor;
        }
    }

    /// <summary>What a record of this incident says for a place that stands: where its race was merged into another, that race's own. Null: the same.</summary>
    public async Task<Guid?> SayAsync(Incident of, Guid? location, CancellationToken cancellationToken)
    {
        if (of.SaidRaceUuid is not { } race || location is not { } uuid) return null;
        var said = await mediator.Send(new SayLocation(race, uuid), cancellationToken);
        return said == uuid ? null : said;
    }

    /// <summary>The same, by one of the reports.</summary>
    public async Task<(IncidentGroup Group, Report Report)> LockReportAsync(Guid reportUuid, CancellationToken cancellationToken)
    {
        var incident = await db.Reports.Where(r => r.ClientUuid == reportUuid).Select(r => (Guid?)r.IncidentUuid).SingleOrDefaultAsync(cancellationToken)
            ?? throw Problem.NotFound("report");
        var group = await LockGroupAsync(incident, cancellationToken);
        // A correction may have moved it while we waited for the lock.
        return group.Reports.SingleOrDefault(r => r.ClientUuid == reportUuid) is { } report ? (group, report) : await LockReportAsync(reportUuid, cancellationToken);
    }

    /// <summary>The next numbers of a competition's incidents on this system: <paramref name="count"/> of them, from the one answered.</summary>
    public async Task<long> TakeNumbersAsync(Guid competitionUuid, int count, CancellationToken cancellationToken)
    {
        var last = await db.Database.SqlQuery<long>(
            $"""
            INSERT INTO incidents.incident_counters AS c (competition_uuid, last) VALUES ({competitionUuid}, {count})
            ON CONFLICT (competition_uuid) DO UPDATE SET last = c.last + {count} RETURNING c.last AS "Value"
            """).ToListAsync(cancellationToken);
        return last[0] - count + 1;
    }

    /// <summary>An incident of a report's own; moving the report there is the caller's.</summary>
    public async Task<Incident> MakeOwnAsync(
        RecordEdit edit, Guid uuid, Incident from, Report report, int? bib, Guid? location, Moment at, string? description, CancellationToken cancellationToken)
    {
        var own = new Incident
        {
            ClientUuid = uuid, CompetitionUuid = from.CompetitionUuid, SaidCompetitionUuid = from.SaidCompetitionUuid, RaceUuid = from.RaceUuid, SaidRaceUuid = from.SaidRaceUuid,
            SaidRaceLocationUuid = await SayAsync(from, location, cancellationToken),
            Number = await TakeNumbersAsync(from.CompetitionUuid, 1, cancellationToken),
            BibNumber = bib, RaceLocationUuid = location, At = at, Description = description, PenaltyCode = report.PenaltyCode,
            Revision = Revision.First(), Origin = edit.Origin, CreatedAt = edit.Written, UpdatedAt = edit.Written,
        };
        db.Add(own);
        edit.Made(own);
        return own;
    }

    /// <summary>
    /// Saves what was made and changed, and says so within the same transaction: first the records (so that whoever keeps
    /// them knows each before hearing what became of it), then the facts to the duplicate rule, which answers by
    /// <see cref="SetIncidentGroups"/> before this returns.
    /// </summary>
    public Task SaveAsync(RecordEdit edit, CancellationToken cancellationToken)
    {
        db.AddRange(edit.Entries);
        return SaveAsync(edit.Incidents, edit.Reports, edit.Entries, edit.Concerned, ChangeSource.Local, cancellationToken);
    }

    public async Task SaveAsync(
        IReadOnlyList<Incident> incidents, IReadOnlyList<Report> reports, IReadOnlyList<HistoryEntry> entries, IReadOnlyCollection<Guid> concerned,
        ChangeSource source, CancellationToken cancellationToken)
    {
        await db.SaveChangesAsync(cancellationToken);
        // From here on plain SQL changes which incident stands: what is read later in this scope is read anew.
        db.ChangeTracker.Clear();
        var refreshed = await RefreshStandingAsync(concerned, cancellationToken);

        var parents = await ParentsAsync(incidents, reports, entries, cancellationToken);
        var records = new List<RecordVersion>(incidents.Count + reports.Count + entries.Count);
        records.AddRange(incidents.Select(i => i.ToRecord(parents[i.ClientUuid])));
        records.AddRange(reports.Select(r => r.ToRecord(parents[r.IncidentUuid])));
        records.AddRange(entries.Select(h => h.ToRecord(parents[h.RecordUuid])));
        if (records.Count > 0) await mediator.Publish(new RecordsChanged(records, source), cancellationToken);

        var told = incidents.Select(i => i.ClientUuid).ToHashSet();
        await PublishDerivedAsync([.. refreshed.Where(u => !told.Contains(u))], cancellationToken);
        if (concerned.Count > 0) await mediator.Publish(new IncidentsChanged(await FactsAsync(concerned, cancellationToken)), cancellationToken);
    }

    /// <summary>
    /// R5: an incident whose reports are all withdrawn no longer stands, unless it is official or decided; one that others
    /// are shown with stands for as long as any of them does. Answers those for which that is different now.
    /// </summary>
    public Task<List<Guid>> RefreshStandingAsync(IReadOnlyCollection<Guid> incidentUuids, CancellationToken cancellationToken)
    {
        var uuids = incidentUuids.ToArray();
        return db.Database.SqlQuery<Guid>(
            $"""
            UPDATE incidents.incidents i SET stands = s.stands
            FROM (
                SELECT g.client_uuid, g.merged_into IS NULL AND EXISTS (
                    SELECT FROM incidents.incidents m
                    WHERE m.group_uuid = g.client_uuid AND (
                        m.status = 'official' OR m.decision <> 'pending'
                        OR NOT EXISTS (SELECT FROM incidents.reports r WHERE r.incident_uuid = m.client_uuid)
                        OR EXISTS (SELECT FROM incidents.reports r WHERE r.incident_uuid = m.client_uuid AND r.withdrawn_at IS NULL))) AS stands
                FROM incidents.incidents g
                WHERE g.group_uuid IN (SELECT c.group_uuid FROM incidents.incidents c WHERE c.client_uuid = ANY({uuids}))
            ) s
            WHERE i.client_uuid = s.client_uuid AND i.stands <> s.stands
            RETURNING i.client_uuid AS "Value"
            """).ToListAsync(cancellationToken);
    }

    /// <summary>Tells how these incidents stand now: nobody's edit, and their content and revision are as before.</summary>
    public async Task PublishDerivedAsync(IReadOnlyCollection<Guid> incidentUuids, CancellationToken cancellationToken)
    {
        if (incidentUuids.Count == 0) return;
        var incidents = await db.Incidents.AsNoTracking().Where(i => incidentUuids.Contains(i.ClientUuid)).OrderBy(i => i.Id).ToListAsync(cancellationToken);
        await mediator.Publish(
            new RecordsChanged(
                incidents.ConvertAll(i => i.ToRecord(new Standing(i.ClientUuid, i.SaidCompetitionUuid ?? i.CompetitionUuid, i.SaidRaceUuid ?? i.RaceUuid, i.MergedInto, i.Stands))), ChangeSource.Derived),
            cancellationToken);
    }

    /// <summary>What the duplicate rule needs to know of these incidents, as the database has it.</summary>
    private async Task<List<IncidentFacts>> FactsAsync(IReadOnlyCollection<Guid> incidentUuids, CancellationToken cancellationToken)
    {
        var incidents = await db.Incidents.AsNoTracking().Where(i => incidentUuids.Contains(i.ClientUuid)).OrderBy(i => i.Id).ToListAsync(cancellationToken);
        var reports = (await db.Reports.AsNoTracking().Where(r => incidentUuids.Contains(r.IncidentUuid)).OrderBy(r => r.Id).ToListAsync(cancellationToken))
            .ToLookup(r => r.IncidentUuid);
        return incidents.ConvertAll(i => new IncidentFacts(
            i.ClientUuid, i.CompetitionUuid, i.SaidCompetitionUuid ?? i.CompetitionUuid, i.RaceUuid, i.SaidRaceUuid ?? i.RaceUuid, i.Origin, i.Status, i.Decision, i.PenaltyCode, Sighted(i.RaceLocationUuid, i.BibNumber, i.At),
            [.. reports[i.ClientUuid].Select(r => new ReportFacts(
                r.ClientUuid, r.IsWithdrawn, r.ReporterName ?? r.ReportedBy, r.Origin,
                Sighted(r.RaceLocationUuid ?? i.RaceLocationUuid, r.BibNumber ?? i.BibNumber, r.At)))]));
    }

    private static SightedAt Sighted(Guid? location, int? bib, Moment at) => new(location, bib, at.OccurredAt, at.OccurredAtDevice, at.ClockUncertaintyMs);

    /// <summary>The incident that each record belongs to, by the UUID of incident or report, with its standing as the database has it.</summary>
    private async Task<Dictionary<Guid, Standing>> ParentsAsync(
        IReadOnlyList<Incident> incidents, IReadOnlyList<Report> reports, IReadOnlyList<HistoryEntry> entries, CancellationToken cancellationToken)
    {
        var reportUuids = entries.Where(h => h.RecordType == RecordTypes.Report).Select(h => h.RecordUuid).ToArray();
        var incidentOf = reportUuids.Length == 0
            ? []
            : await db.Reports.Where(r => reportUuids.Contains(r.ClientUuid)).Select(r => new { r.ClientUuid, r.IncidentUuid }).ToListAsync(cancellationToken);
        var uuids = incidents.Select(i => i.ClientUuid)
            .Concat(reports.Select(r => r.IncidentUuid))
            .Concat(entries.Where(h => h.RecordType == RecordTypes.Incident).Select(h => h.RecordUuid))
            .Concat(incidentOf.Select(r => r.IncidentUuid))
            .Distinct().ToArray();
        if (uuids.Length == 0) return [];
        var standings = await db.Incidents.Where(i => uuids.Contains(i.ClientUuid))
            .Select(i => new Standing(i.ClientUuid, i.SaidCompetitionUuid ?? i.CompetitionUuid, i.SaidRaceUuid ?? i.RaceUuid, i.MergedInto, i.Stands))
            .ToDictionaryAsync(s => s.ClientUuid, cancellationToken);
        foreach (var report in incidentOf) standings.TryAdd(report.ClientUuid, standings[report.IncidentUuid]);
        return standings;
    }
}
