using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Tests;

/// <summary>What the touchscreen says: the same in each language, all of it used, and nothing said beside it.</summary>
public sealed partial class TouchTextsTests
{
    /// <summary>Names that the scripts put together from a part and a word of the program.</summary>
    private static readonly string[] PutTogether =
        ["tray.", "filter.", "kind.", "phase.", "discipline.", "phrases.", "error.", "title.", "server.", "csv.", "join.", "download.", "evening.", "link.", "wifi.", "reason.", "usual."];

    /// <summary>Words that stand in scripts and are read by programs, or kept as they are in the records.</summary>
    private static readonly HashSet<string> NotSaid = new(
        ["Undone at the screen", "Withdrawn at the screen", "Content-Type", "Date", "Backspace", "Enter", "Escape", "Tab", "English", "Français", "Deutsch", "Italiano", "Español"], StringComparer.Ordinal);

    private static readonly Dictionary<string, JsonObject> Languages = PageLanguages.All.ToDictionary(
        l => l, l => JsonNode.Parse(File.ReadAllText(Checkout.PathOf("src", "Host", "wwwroot", "texts", $"{l}.json")))!.AsObject(), StringComparer.Ordinal);

    public static TheoryData<string> Others => [.. PageLanguages.All.Where(l => l != PageLanguages.Usual)];

    [Theory]
    [MemberData(nameof(Others))]
    public void A_language_has_the_same_texts_with_the_same_places(string language)
    {
        var (english, other) = (Languages[PageLanguages.Usual], Languages[language]);
        Assert.Equal(english.Select(t => t.Key), other.Select(t => t.Key));
        var wrong = new List<string>();
        foreach (var (name, text) in english)
        {
            if (Shape(text!) != Shape(other[name]!)) wrong.Add($"{name}: {Shape(text!)} in English, {Shape(other[name]!)} in {language}");
            foreach (var sentence in Sentences(other[name]!))
                if (string.IsNullOrWhiteSpace(sentence) || sentence != sentence.Trim()) wrong.Add($"{name}: '{sentence}'");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_text_that_a_page_asks_for_is_there_and_every_text_is_asked_for()
    {
        var asked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in Sources())
            foreach (Match name in Name().Matches(source.Text)) asked.Add(name.Groups["name"].Value);
        var there = Languages[PageLanguages.Usual].Select(t => t.Key).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Called().Matches(string.Concat(Sources().Select(s => s.Text))).Select(m => m.Groups["name"].Value).Where(n => !n.EndsWith('.') && !there.Contains(n)).Distinct(StringComparer.Ordinal));
        Assert.Equal([], there.Where(n => !asked.Contains(n) && !PutTogether.Any(p => n.StartsWith(p, StringComparison.Ordinal))));
    }

    [Fact]
    public void No_script_says_anything_by_itself()
    {
        var said = new List<string>();
        foreach (var (file, text) in Sources().Where(s => s.File.EndsWith(".js", StringComparison.Ordinal)))
            foreach (var line in text.Split('\n').Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal) && !l.Contains("console.", StringComparison.Ordinal) && !l.Contains("new Away(", StringComparison.Ordinal)))
                foreach (Match words in Words().Matches(Comment().Replace(line, "")))
                    if (!NotSaid.Contains(words.Groups["words"].Value)) said.Add($"{Path.GetFileName(file)}: {words.Value}");
        Assert.Empty(said);
    }

    /// <summary>A race is made with locations whose names are kept in English: the screen has them in its own language.</summary>
    [Fact]
    public void Every_usual_location_and_part_of_a_course_is_said_in_each_language()
    {
        var made = UsualLocation().Matches(File.ReadAllText(Checkout.PathOf("src", "Modules", "Competitions", "ModularRace.Competitions", "Domain", "Disciplines.cs")));
        var names = made.SelectMany(m => new[] { m.Groups["name"].Value, m.Groups["segment"].Value }).ToHashSet(StringComparer.Ordinal);
        Assert.True(names.Count > 20, "The usual locations were not found.");
        Assert.Equal(names.Order(StringComparer.Ordinal), Languages[PageLanguages.Usual].Where(t => t.Key.StartsWith("usual.", StringComparison.Ordinal)).Select(t => (string)t.Value!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("de", "fr;q=0.9", "de")]
    [InlineData("xx", "fr-CH, de;q=0.5", "fr")]
    [InlineData(null, "pl, it;q=0.7, en;q=0.3", "it")]
    [InlineData(null, "pl", "en")]
    [InlineData(null, "", "en")]
    [InlineData("../secret", "", "en")]
    public void The_language_is_the_chosen_one_else_the_browsers_else_English(string? chosen, string accepted, string language) =>
        Assert.Equal(language, PageLanguages.Of(chosen, accepted.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(a => a.Split(';')[0])));

    private static string Shape(JsonNode text) => text switch
    {
        JsonArray list => $"{list.Count} of a list",
        JsonObject plurals => string.Join(" ", plurals.Select(p => $"{p.Key} {Places((string)p.Value!)}")),
        _ => Places((string)text!),
    };

    private static IEnumerable<string> Sentences(JsonNode text) => text switch
    {
        JsonArray list => list.Select(l => (string)l!),
        JsonObject plurals => plurals.Select(p => (string)p.Value!),
        _ => [(string)text!],
    };

    private static string Places(string sentence) => string.Join(",", Place().Matches(sentence).Select(m => m.Value).Order(StringComparer.Ordinal));

    private static IEnumerable<(string File, string Text)> Sources() =>
        Directory.EnumerateFiles(Checkout.PathOf("src", "Host", "wwwroot", "js", "touch"), "*.js")
            .Concat(Directory.EnumerateFiles(Checkout.PathOf("src", "Host", "Features"), "*.cshtml", SearchOption.AllDirectories))
            .Select(f => (f, File.ReadAllText(f)));

    [GeneratedRegex("""['"`](?<name>[a-z]+(\.[a-z_0-9]+)?)['"`]""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();

    [GeneratedRegex("""\b(t|nodes|list)\('(?<name>[a-z_.0-9]+)'""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Called();

    // A sentence, or a word that begins like one: what is read by people. Names of events and keys are one word in small letters.
    [GeneratedRegex("""(?<q>['`])(?<words>[A-Z][a-zé]+( [^'`]*)?)\k<q>""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Words();

    [GeneratedRegex("""new\("(?<name>[^"]+)", "(?<segment>[^"]+)"\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UsualLocation();

    [GeneratedRegex(@"/\*.*?\*/|// .*$", RegexOptions.None, 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\{[a-z]+\}", RegexOptions.None, 1000)]
    private static partial Regex Place();
}
