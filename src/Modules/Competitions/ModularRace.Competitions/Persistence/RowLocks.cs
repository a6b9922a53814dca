using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;

namespace ModularRace.Competitions.Persistence;

internal static class RowLocks
{
    /// <summary>Reads a record and holds its row, so that of two edits at once the second sees the first: <c>If-Match</c> means what it says.</summary>
    public static async Task<T?> ForUpdate<T>(this DbSet<T> set, Guid clientUuid, CancellationToken cancellationToken) where T : ReferenceRecord
    {
        var table = set.EntityType.GetSchemaQualifiedTableName();
#pragma warning disable EF1002 // the table's name is the model's
        var found = await set.FromSqlRaw($"SELECT * FROM {table} WHERE client_uuid = {{0}} FOR UPDATE", clientUuid).ToListAsync(cancellationToken);
#pragma warning restore EF1002
        return found.SingleOrDefault();
    }
}
