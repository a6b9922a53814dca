using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Domain;

/// <summary>
/// Pages of the short lists (a competition's races, a race's places) in the order of a key that also is the position: what is
/// inserted or removed between two pages moves nothing twice and skips nothing.
/// </summary>
internal static class SortedPage
{
    public static Page<TView> Of<T, TView>(IEnumerable<T> all, PageRequest page, Func<T, string> key, Func<T, TView> view)
    {
        var after = page.After;
        var rows = all.Select(item => (Key: key(item), Item: item))
            .Where(row => after is null || string.CompareOrdinal(row.Key, after) > 0)
            .OrderBy(row => row.Key, StringComparer.Ordinal)
            .Take(page.Take + 1)
            .ToList();
        var cut = Page<(string Key, T Item)>.Of(rows, page.Take, row => row.Key);
        return new Page<TView>([.. cut.Items.Select(row => view(row.Item))], cut.NextCursor);
    }

    /// <summary>A position as it sorts; what has none comes last.</summary>
    public static string Position(int? position) => position is { } p ? $"{p:D7}" : "~";
}
