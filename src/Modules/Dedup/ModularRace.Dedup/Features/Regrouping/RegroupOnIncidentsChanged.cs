using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Persistence;

namespace ModularRace.Dedup.Features.Regrouping;

/// <summary>
/// Takes down what changed of each incident, and works the groups out anew around it, within the transaction that changed
/// it and under the lock of its race.
/// </summary>
internal sealed class RegroupOnIncidentsChanged(DedupDbContext db, Regrouper regrouper, ISystemIdentity system) : INotificationHandler<IncidentsChanged>
{
    /// <summary>Rows that are not worth a COPY.</summary>
    private const int Few = 20;

    public async Task Handle(IncidentsChanged notification, CancellationToken cancellationToken)
    {
        var facts = notification.Incidents.GroupBy(f => f.IncidentUuid).Select(g => g.Last()).ToList();
        var uuids = facts.Select(f => f.IncidentUuid).ToList();
        var members = await db.Members.Where(m => uuids.Contains(m.IncidentUuid)).ToDictionaryAsync(m => m.IncidentUuid, cancellationToken);
        await db.Observations.Where(o => uuids.Contains(o.IncidentUuid)).ExecuteDeleteAsync(cancellationToken);

        var names = await NamesAsync(facts, cancellationToken);
        var made = new List<GroupMember>();
        var observations = new List<ObservationRow>();
        foreach (var f in facts)
        {
            if (!members.TryGetValue(f.IncidentUuid, out var member))
                made.Add(member = new GroupMember
                {
                    IncidentUuid = f.IncidentUuid,
                    CompetitionUuid = f.CompetitionUuid,
                    RaceUuid = f.RaceUuid,
                    SaidCompetitionUuid = f.SaidCompetitionUuid,
                    SaidRaceUuid = f.SaidRaceUuid,
                    Origin = f.Origin,
                    OccurredAt = f.Own.OccurredAt,
                    Status = f.Status,
                    Decision = f.Decision,
                    StandsFor = f.IncidentUuid,
                });
            (member.CompetitionUuid, member.RaceUuid) = (f.CompetitionUuid, f.RaceUuid);
            (member.SaidCompetitionUuid, member.SaidRaceUuid) = (f.SaidCompetitionUuid, f.SaidRaceUuid);
            member.Origin = f.Origin;
            member.OccurredAt = f.Own.OccurredAt;
            member.Status = f.Status;
            member.Decision = f.Decision;
            member.PenaltyCode = f.PenaltyCode;

            var allWithdrawn = f.Reports.Count > 0 && f.Reports.All(r => r.Withdrawn);
            member.Withdrawn = allWithdrawn && f.Status != "official" && f.Decision == "pending";
            // R4: an incident's own time counts as one more, unless it has reports of its own and all are withdrawn.
            var first = f.Reports.FirstOrDefault(r => !r.Withdrawn);
            if (!allWithdrawn) observations.Add(Observe(f, null, Seen(first?.By, first?.Origin ?? f.Origin, names), f.Own));
            foreach (var report in f.Reports.Where(r => !r.Withdrawn)) observations.Add(Observe(f, report.ReportUuid, Seen(report.By, report.Origin, names), report.At));
        }

        if (made.Count + observations.Count <= Few)
        {
            // A tap: one message carries all, where COPY asks twice for each table.
            db.AddRange(made);
            db.AddRange(observations);
            await db.SaveChangesAsync(cancellationToken);
        }
        else
        {
            await db.SaveChangesAsync(cancellationToken);
            await db.CopyAsync(made, cancellationToken);
            await db.CopyAsync(observations, cancellationToken);
        }

        await regrouper.AroundAsync(uuids, cancellationToken);
    }

    private async Task<Dictionary<string, string>> NamesAsync(List<IncidentFacts> facts, CancellationToken cancellationToken)
    {
        var devices = facts.SelectMany(f => f.Reports.Select(r => r.Origin).Append(f.Origin)).Distinct(StringComparer.Ordinal)
            .Where(o => o != system.Origin)
            .Select(o => Guid.TryParse(o, out var device) ? device : Guid.Empty).Where(d => d != Guid.Empty).ToArray();
        var names = devices.Length == 0 ? [] : await db.DeviceNames.AsNoTracking().Where(d => devices.Contains(d.DeviceUuid)).ToDictionaryAsync(d => d.DeviceUuid.ToString(), d => d.Name, StringComparer.Ordinal, cancellationToken);
        if (system.Origin != CloudIdentity.Cloud) names[system.Origin] = system.Name;
        return names;
    }

    /// <summary>Who saw it, and on which device: "Rita Ciresa on Pi Start", "Pi Start", "VAR 2".</summary>
    private static string? Seen(string? by, string origin, Dictionary<string, string> names)
    {
        // A signature's role and system are for the record, not for a sentence.
        var name = by?.LastIndexOf(" (", StringComparison.Ordinal) is > 0 and var at && Roles.All.Any(r => by.AsSpan(at + 2).StartsWith($"{r}, ", StringComparison.Ordinal)) ? by[..at] : by;
        var device = names.GetValueOrDefault(origin);
        return name is null ? device : device is null || device == name ? name : $"{name} on {device}";
    }

    private static ObservationRow Observe(IncidentFacts incident, Guid? report, string? by, SightedAt at)
    {
        var comparable = new Observation(incident.RaceUuid, at.LocationUuid, at.Bib, at.OccurredAt, at.UncertaintyMs, by, at.OccurredAtDevice).Comparable;
        return new ObservationRow
        {
            IncidentUuid = incident.IncidentUuid,
            ReportUuid = report,
            RaceUuid = incident.RaceUuid,
            LocationUuid = at.LocationUuid,
            BibNumber = at.Bib,
            OccurredAt = at.OccurredAt,
            OccurredAtDevice = at.OccurredAtDevice,
            UncertaintyMs = at.UncertaintyMs,
            SeenBy = by,
            Fingerprint = comparable ? Fingerprint.Of(incident.RaceUuid, at.LocationUuid!.Value, at.Bib!.Value, Fingerprint.Bucket(at.OccurredAt)) : null,
        };
    }
}
