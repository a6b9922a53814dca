using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Domain.Clips;

namespace ModularRace.Incidents.Persistence;

/// <summary>What went by a rule, for whoever is about to take it again.</summary>
internal static class ClipRemovals
{
    /// <summary>
    /// That this report's clip went by the rule and that nobody needs it; null: it did not, or another report names the same
    /// content, for which it may come, also by the hand of a Pi that knows one report of the two.
    /// </summary>
    public static async Task<RemovedClip?> FindRemovalAsync(this IncidentsDbContext db, Guid reportUuid, string sha256, CancellationToken cancellationToken) =>
        await db.RemovedClips.AsNoTracking().SingleOrDefaultAsync(r => r.ReportUuid == reportUuid && r.Sha256 == sha256, cancellationToken) is { } removed
        && await db.WhereNobodyNeeds([sha256]).AnyAsync(cancellationToken)
            ? removed
            : null;

    /// <summary>Of these contents those that went, of each report that names them.</summary>
    public static IQueryable<string> WhereNobodyNeeds(this IncidentsDbContext db, IReadOnlyCollection<string> sha256) =>
        db.RemovedClips.Where(r => sha256.Contains(r.Sha256)
                && !db.Reports.Any(n => n.Clip!.Sha256 == r.Sha256 && !db.RemovedClips.Any(x => x.ReportUuid == n.ClientUuid && x.Sha256 == r.Sha256)))
            .Select(r => r.Sha256).Distinct();
}
