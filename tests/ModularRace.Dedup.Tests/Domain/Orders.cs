namespace ModularRace.Dedup.Tests.Domain;

/// <summary>The orders in which the same things may come.</summary>
internal static class Orders
{
    public static IEnumerable<T[]> All<T>(T[] items)
    {
        if (items.Length <= 1) return [items];
        return items.SelectMany((first, at) => All([.. items[..at], .. items[(at + 1)..]]).Select(rest => (T[])[first, .. rest]));
    }

    /// <summary>The same array, shuffled anew each time.</summary>
    public static IEnumerable<T[]> Some<T>(T[] items, int count, Random random)
    {
        for (var i = 0; i < count; i++)
        {
            random.Shuffle(items);
            yield return items;
        }
    }
}
