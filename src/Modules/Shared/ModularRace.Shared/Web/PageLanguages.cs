namespace ModularRace.Shared.Web;

/// <summary>The languages of the pages, by their ISO 639-1 codes; English where none of them is wished.</summary>
public static class PageLanguages
{
    /// <summary>The cookie in which a browser keeps its choice.</summary>
    public const string Cookie = "mr_lang";

    public const string Usual = "en";

    public static readonly IReadOnlyList<string> All = [Usual, "fr", "de", "it", "es"];

    /// <summary>What was chosen on the page, else what the browser prefers.</summary>
    /// <param name="chosen">The cookie; null: nothing was chosen.</param>
    /// <param name="accepted">The header Accept-Language, most wanted first; each with its country or without.</param>
    public static string Of(string? chosen, IEnumerable<string> accepted) =>
        accepted.Select(a => a.Split('-')[0].ToLowerInvariant()).Prepend(chosen).FirstOrDefault(l => l is not null && All.Contains(l)) ?? Usual;
}
