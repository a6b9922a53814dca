using ModularRace.Competitions.Contracts;

namespace ModularRace.Incidents.Domain;

/// <summary>What a screen needs of a start list, and no more: 200 teams are a page of a few kilobytes.</summary>
internal static class BibsOnScreen
{
    public static IEnumerable<object> ForScreen(this IEnumerable<StartingBib> bibs) =>
        bibs.Select(b => new { b.BibNumber, b.Heat, b.Status, Athletes = b.Athletes.Select(a => new { a.FirstName, a.LastName, a.Nation }) });
}
