using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Domain.Clips;

namespace ModularRace.Incidents.Persistence;

/// <summary>Reads incidents as they are shown: by group, in two queries however many there are, and two more where there are clips.</summary>
internal static class IncidentReading
{
    private static readonly KnownClips NoClips = new(new Dictionary<string, KnownClip>(StringComparer.Ordinal), Array.Empty<RemovedClip>().ToLookup(r => r.ReportUuid));

    /// <summary>The groups that these incidents are shown with, by the one that stands; an alias finds its group too.</summary>
    public static async Task<Dictionary<Guid, IncidentView>> ReadGroupsAsync(
        this IncidentsDbContext db, IReadOnlyCollection<Guid> incidentUuids, CancellationToken cancellationToken)
    {
        var groups = db.Incidents.Where(i => incidentUuids.Contains(i.ClientUuid)).Select(i => i.GroupUuid);
        var members = await db.Incidents.AsNoTracking().Where(i => groups.Contains(i.GroupUuid)).ToListAsync(cancellationToken);
        var uuids = members.ConvertAll(m => m.ClientUuid);
        var all = await db.Reports.AsNoTracking().Where(r => uuids.Contains(r.IncidentUuid)).ToListAsync(cancellationToken);
        var clips = await db.ReadClipsAsync(all, cancellationToken);
        var reports = all.ToLookup(r => r.IncidentUuid);
        return members.GroupBy(m => m.GroupUuid)
            .ToDictionary(g => g.Key, g => IncidentView.Of(new IncidentGroup(g, g.SelectMany(m => reports[m.ClientUuid])), clips));
    }

    /// <summary>What is known of the clips that these reports name, as far as anything of them came here.</summary>
    public static async Task<KnownClips> ReadClipsAsync(this IncidentsDbContext db, IEnumerable<Report> reports, CancellationToken cancellationToken)
    {
        var filmed = reports.Where(r => r.Clip is not null).ToList();
        if (filmed.Count == 0) return NoClips;
        var (named, uuids) = (filmed.Select(r => r.Clip!.Sha256).Distinct(StringComparer.Ordinal).ToArray(), filmed.Select(r => r.ClientUuid).ToArray());
        var known = await db.Clips.AsNoTracking().Where(c => named.Contains(c.Sha256)).Select(c => new { c.Sha256, Known = new KnownClip(c.State, c.DurationMs, c.Held, c.HasPoster) }).ToDictionaryAsync(c => c.Sha256, c => c.Known, StringComparer.Ordinal, cancellationToken);
        return new KnownClips(known, (await db.RemovedClips.AsNoTracking().Where(r => uuids.Contains(r.ReportUuid)).ToListAsync(cancellationToken)).ToLookup(r => r.ReportUuid));
    }

    /// <summary>The incident with this UUID as it is shown, resolved to the one that stands; null where there is none.</summary>
    public static async Task<IncidentView?> ReadIncidentAsync(this IncidentsDbContext db, Guid incidentUuid, CancellationToken cancellationToken) =>
        (await db.ReadGroupsAsync([incidentUuid], cancellationToken)).Values.SingleOrDefault();
}
