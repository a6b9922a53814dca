using Microsoft.AspNetCore.Html;
using ModularRace.Competitions.Domain;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Competitions.Features.Erasing;

/// <summary>An erasure in words; who it was is in none of them.</summary>
internal static class ErasureWords
{
    /// <summary>As the audit trail keeps it.</summary>
    public static string Whose(string whose, IReadOnlyList<int> bibs) => whose switch
    {
        Erasure.Everybody => "everybody’s names",
        Erasure.Athlete => bibs.Count == 0 ? "the name of an athlete" : $"the name of an athlete, bib {string.Join(", ", bibs)}",
        _ => "the name of somebody who signed",
    };

    /// <summary>What a page asks before it is done.</summary>
    public static string Erase(string whose, IReadOnlyList<int> bibs) => whose switch
    {
        Erasure.Everybody => Say("Erase everybody’s names"),
        Erasure.Athlete => bibs.Count == 0 ? Say("Erase the name of an athlete") : Say("Erase the name of an athlete, bib {0}", string.Join(", ", bibs)),
        _ => Say("Erase the name of somebody who signed"),
    };

    /// <summary>What a page says that was done.</summary>
    public static IHtmlContent Erased(string by, string whose, IReadOnlyList<int> bibs) => whose switch
    {
        Erasure.Everybody => Mark("<b><bdi>{0}</bdi></b> erased everybody’s names", by),
        Erasure.Athlete => bibs.Count == 0 ? Mark("<b><bdi>{0}</bdi></b> erased the name of an athlete", by) : Mark("<b><bdi>{0}</bdi></b> erased the name of an athlete, bib {1}", by, string.Join(", ", bibs)),
        _ => Mark("<b><bdi>{0}</bdi></b> erased the name of somebody who signed", by),
    };

    /// <summary>"12 athletes", "1 report".</summary>
    public static string Count(string what, int count) => what switch
    {
        "athletes" => count == 1 ? Say("1 athlete") : Say("{0} athletes", count),
        "start_list_lines" => count == 1 ? Say("1 start list line") : Say("{0} start list lines", count),
        "merges" => count == 1 ? Say("1 merge") : Say("{0} merges", count),
        "incidents" => count == 1 ? Say("1 incident") : Say("{0} incidents", count),
        "reports" => count == 1 ? Say("1 report") : Say("{0} reports", count),
        "history_entries" => count == 1 ? Say("1 history entry") : Say("{0} history entries", count),
        "groupings" => count == 1 ? Say("1 grouping") : Say("{0} groupings", count),
        "conflicts" => count == 1 ? Say("1 conflict") : Say("{0} conflicts", count),
        "suggestions" => count == 1 ? Say("1 suggestion") : Say("{0} suggestions", count),
        "holds" => count == 1 ? Say("1 hold") : Say("{0} holds", count),
        "kept_versions" => count == 1 ? Say("1 kept version") : Say("{0} kept versions", count),
        "kept_edits" => count == 1 ? Say("1 kept edit") : Say("{0} kept edits", count),
        "quarantined" => count == 1 ? Say("1 quarantine||a record in it") : Say("{0} quarantined", count),
        _ => $"{count} {(count == 1 ? One(what) : what.Replace('_', ' '))}",
    };

    public static string One(string what) => what switch
    {
        "athletes" => Say("athlete||what a name was in"),
        "start_list_lines" => Say("start list line||what a name was in"),
        "merges" => Say("merge||what a name was in"),
        "incidents" => Say("incident||what a name was in"),
        "reports" => Say("report||what a name was in"),
        "history_entries" => Say("history entry||what a name was in"),
        "groupings" => Say("grouping||what a name was in"),
        "conflicts" => Say("conflict||what a name was in"),
        "suggestions" => Say("suggestion||what a name was in"),
        "holds" => Say("hold||what a name was in"),
        "kept_versions" => Say("kept version||what a name was in"),
        "kept_edits" => Say("kept edit||what a name was in"),
        _ => what[..^1].Replace('_', ' '),
    };
}
