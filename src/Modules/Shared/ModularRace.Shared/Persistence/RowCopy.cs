using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace ModularRace.Shared.Persistence;

/// <summary>Writes new rows by COPY, where an upload brings thousands: EF would send a statement for each.</summary>
public static class RowCopy
{
    private static readonly ConcurrentDictionary<IEntityType, Columns> Known = new();

    /// <summary>
    /// Inserts entities that are not tracked, in the transaction that is open. The columns are the model's, so that none is
    /// forgotten; keys and computed columns are left to the database and not read back.
    /// </summary>
    public static async Task CopyAsync<T>(this ModuleDbContext db, IReadOnlyCollection<T> rows, CancellationToken cancellationToken)
        where T : class
    {
        if (rows.Count == 0) return;
        var columns = Known.GetOrAdd(db.Model.FindEntityType(typeof(T))!, Columns.Of);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await using var copy = await connection.BeginBinaryImportAsync(columns.Statement, cancellationToken);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellationToken);
            foreach (var column in columns.All)
            {
                if (column.Value(row) is { } value) await copy.WriteAsync(value, column.Type, cancellationToken);
                else await copy.WriteNullAsync(cancellationToken);
            }
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private sealed record Column(string Name, string Type, Func<object, object?> Value);

    private sealed record Columns(string Statement, IReadOnlyList<Column> All)
    {
        public static Columns Of(IEntityType type)
        {
            var table = StoreObjectIdentifier.Create(type, StoreObjectType.Table)!.Value;
            var all = Of(type, table, static row => row).ToList();
            foreach (var owned in type.GetNavigations().Where(n => n.TargetEntityType.IsOwned() && StoreObjectIdentifier.Create(n.TargetEntityType, StoreObjectType.Table) == table))
                all.AddRange(Of(owned.TargetEntityType, table, owned.GetGetter().GetClrValue));
            var names = string.Join(", ", all.Select(c => $"\"{c.Name}\""));
            return new Columns($"COPY \"{table.Schema}\".\"{table.Name}\" ({names}) FROM STDIN (FORMAT BINARY)", all);
        }

        private static IEnumerable<Column> Of(ITypeBase type, StoreObjectIdentifier table, Func<object, object?> part)
        {
            foreach (var property in type.GetFlattenedProperties().Where(p => p.ValueGenerated == ValueGenerated.Never && !p.IsShadowProperty()))
            {
                var mapping = property.GetRelationalTypeMapping();
                var getter = property.GetGetter();
                yield return new Column(property.GetColumnName(table)!, mapping.StoreTypeNameBase, row =>
                {
                    if (part(row) is not { } holder || getter.GetClrValueUsingContainingEntity(holder) is not { } value) return null;
                    return mapping.Converter is { } converter ? converter.ConvertToProvider(value) : value;
                });
            }
        }
    }
}
