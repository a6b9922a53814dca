using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;

namespace ModularRace.Competitions.Persistence;

internal static class Athletes
{
    /// <summary>Who wears these bibs, by the UUIDs that the bibs name: of people who met in a merge the one who stands.</summary>
    public static async Task<Dictionary<Guid, Athlete>> WearingAsync(this DbSet<Athlete> athletes, IEnumerable<BibAssignment> bibs, CancellationToken cancellationToken)
    {
        var named = bibs.SelectMany(b => b.AthleteUuids).Distinct().ToArray();
        var found = await athletes.AsNoTracking().Where(a => named.Contains(a.ClientUuid)).ToDictionaryAsync(a => a.ClientUuid, cancellationToken);
        while (found.Where(a => a.Value.MergedInto is not null).ToList() is { Count: > 0 } merged)
        {
            var uuids = merged.ConvertAll(m => m.Value.MergedInto!.Value);
            var standing = await athletes.AsNoTracking().Where(a => uuids.Contains(a.ClientUuid)).ToDictionaryAsync(a => a.ClientUuid, cancellationToken);
            foreach (var (uuid, athlete) in merged) found[uuid] = standing[athlete.MergedInto!.Value];
        }

        return found;
    }
}
