using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;

namespace ModularRace.Competitions.Persistence;

internal static class StandingRecords
{
    /// <summary>The one that stands for the record, untracked: itself, or where it was merged, to the end of the chain. Null: there is no such record.</summary>
    public static async Task<T?> StandingAsync<T>(this DbSet<T> set, Guid uuid, CancellationToken cancellationToken) where T : MergeableRecord
    {
        while (true)
        {
            var record = await set.AsNoTracking().FirstOrDefaultAsync(r => r.ClientUuid == uuid, cancellationToken);
            if (record?.MergedInto is not { } into) return record;
            uuid = into;
        }
    }
}
