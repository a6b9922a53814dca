using ModularRace.Competitions.Domain;

namespace ModularRace.Competitions.Features.Erasing;

/// <summary>An erasure in words; who it was is in none of them.</summary>
internal static class ErasureWords
{
    public static string Whose(string whose, IReadOnlyList<int> bibs) => whose switch
    {
        Erasure.Everybody => "everybody’s names",
        Erasure.Athlete => bibs.Count == 0 ? "the name of an athlete" : $"the name of an athlete, bib {string.Join(", ", bibs)}",
        _ => "the name of somebody who signed",
    };

    /// <summary>"12 athletes", "1 report".</summary>
    public static string Count(string what, int count) => $"{count} {(count == 1 ? One(what) : what.Replace('_', ' '))}";

    public static string One(string what) => what switch
    {
        "history_entries" => "history entry",
        "start_list_lines" => "start list line",
        _ => what[..^1].Replace('_', ' '),
    };
}
