using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Contracts.Erasing;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;

namespace ModularRace.Incidents.Features.Erasing;

/// <summary>Names leave incidents, reports and their history, the old values of long ago too. No history entry is written: it would name them.</summary>
internal sealed class EraseIncidentNames(IncidentsDbContext db, IncidentChanges changes, DatabaseSession session, IMediator mediator, TimeProvider time)
    : INotificationHandler<AskingWhoSigned>, INotificationHandler<ErasingNames>
{
    /// <summary>Rows read at once.</summary>
    private const int Page = 1000;

    public async Task Handle(AskingWhoSigned notification, CancellationToken cancellationToken)
    {
        var competitions = notification.CompetitionUuids.ToArray();
        notification.Signatures.UnionWith(await db.Database.SqlQuery<string>(
            $"""
             WITH cases AS (SELECT * FROM incidents.incidents WHERE competition_uuid = ANY({competitions})),
                  seen AS (SELECT r.* FROM incidents.reports r JOIN cases c ON c.client_uuid = r.incident_uuid),
                  signed AS (
                      SELECT officialized_by AS name FROM cases UNION SELECT decided_by FROM cases
                      UNION SELECT reporter_name FROM seen UNION SELECT reported_by FROM seen UNION SELECT withdrawn_by FROM seen
                      UNION SELECT set_by FROM incidents.clip_holds WHERE competition_uuid = ANY({competitions})
                      UNION SELECT h.by FROM incidents.history_entries h WHERE h.record_uuid IN (SELECT client_uuid FROM cases UNION SELECT client_uuid FROM seen))
             SELECT name AS "Value" FROM signed WHERE name IS NOT NULL
             """).ToListAsync(cancellationToken));
    }

    public async Task Handle(ErasingNames notification, CancellationToken cancellationToken)
    {
        var competitions = notification.CompetitionUuids.ToArray();
        // R4: nothing comes in while it lasts; uploads hold the lock of the race that a record names, too.
        var races = new List<Guid>();
        foreach (var competition in competitions)
            foreach (var asSaid in (bool[])[false, true])
                races.AddRange((await mediator.Send(new FindRacesOfCompetition(competition, asSaid), cancellationToken)).Select(r => r.ClientUuid));
        await session.LockAsync(RaceLock.Scope, races, cancellationToken);

        foreach (var hold in await db.ClipHolds.Where(h => competitions.Contains(h.CompetitionUuid)).ToListAsync(cancellationToken))
        {
            var (by, note) = (hold.SetBy, hold.Note);
            (hold.SetBy, hold.Note) = (notification.Names.Signature(by), notification.Names.Text(note));
            notification.Found("holds", (by, hold.SetBy), (note, hold.Note));
        }

        var now = Instants.ToMilliseconds(time.GetUtcNow());
        for (var after = 0L; await db.Incidents.Where(i => competitions.Contains(i.CompetitionUuid) && i.Id > after).OrderBy(i => i.Id).Take(Page).ToListAsync(cancellationToken) is { Count: > 0 } page;)
        {
            after = page[^1].Id;
            await SaveAsync(page.FindAll(i => Erase(i, notification, now)), [], [], cancellationToken);
        }

        var cases = db.Incidents.Where(i => competitions.Contains(i.CompetitionUuid)).Select(i => i.ClientUuid);
        for (var after = 0L; await db.Reports.Where(r => cases.Contains(r.IncidentUuid) && r.Id > after).OrderBy(r => r.Id).Take(Page).ToListAsync(cancellationToken) is { Count: > 0 } page;)
        {
            after = page[^1].Id;
            await SaveAsync([], page.FindAll(r => Erase(r, notification, now)), [], cancellationToken);
        }

        var reports = db.Reports.Where(r => cases.Contains(r.IncidentUuid)).Select(r => r.ClientUuid);
        for (var after = 0L;
             await db.HistoryEntries.Where(h => (cases.Contains(h.RecordUuid) || reports.Contains(h.RecordUuid)) && h.Id > after).OrderBy(h => h.Id).Take(Page).ToListAsync(cancellationToken) is { Count: > 0 } page;)
        {
            after = page[^1].Id;
            await SaveAsync([], [], page.FindAll(h => Erase(h, notification)), cancellationToken);
        }
    }

    private static bool Erase(Incident i, ErasingNames erasing, DateTimeOffset now)
    {
        var (names, description, note, decided, official) = (erasing.Names, i.Description, i.DecisionNote, i.DecidedBy, i.OfficializedBy);
        (i.Description, i.DecisionNote, i.DecidedBy, i.OfficializedBy) = (names.Text(description), names.Text(note), names.Signature(decided), names.Signature(official));
        if (!erasing.Found("incidents", (description, i.Description), (note, i.DecisionNote), (decided, i.DecidedBy), (official, i.OfficializedBy))) return false;
        (i.Revision, i.UpdatedAt) = (Revision.Next(i.Revision), now);
        return true;
    }

    private bool Erase(Report r, ErasingNames erasing, DateTimeOffset now)
    {
        var (names, description, reporter, by, withdrawn) = (erasing.Names, r.Description, r.ReporterName, r.ReportedBy, r.WithdrawnBy);
        (r.Description, r.ReporterName, r.WithdrawnBy) = (names.Text(description), names.Signature(reporter), names.Signature(withdrawn));
        db.Entry(r).Property(x => x.ReportedBy).CurrentValue = names.Signature(by);
        if (!erasing.Found("reports", (reporter, r.ReporterName), (description, r.Description), (by, r.ReportedBy), (withdrawn, r.WithdrawnBy))) return false;
        (r.Revision, r.UpdatedAt) = (Revision.Next(r.Revision), now);
        return true;
    }

    private bool Erase(HistoryEntry h, ErasingNames erasing)
    {
        var (by, changed) = (h.By, erasing.Rewritten(type: null, uuid: null, h.Changes));
        db.Entry(h).Property(x => x.By).CurrentValue = erasing.Names.Signature(by);
        if (changed is not null) db.Entry(h).Property(x => x.Changes).CurrentValue = changed;
        if (!erasing.Found("history_entries", (by, h.By)))
        {
            if (changed is null) return false;
            erasing.Found("history_entries", 1);
        }

        h.Revision = Revision.Next(h.Revision);
        return true;
    }

    private Task SaveAsync(IReadOnlyList<Incident> incidents, IReadOnlyList<Report> reports, IReadOnlyList<HistoryEntry> entries, CancellationToken cancellationToken) =>
        changes.SaveAsync(incidents, reports, entries, concerned: [], ChangeSource.Erased, cancellationToken);
}
