using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Tests;

/// <summary>What the desk says: every text of a page and of its scripts is there in each language, with the same places and markup, and none that nobody says.</summary>
public sealed partial class DeskTextsTests
{
    public static TheoryData<string> Others => [.. PageLanguages.All.Where(l => l != PageLanguages.Usual)];

    [Theory]
    [MemberData(nameof(Others))]
    public void Every_text_that_the_desk_says_is_there_and_every_text_is_said(string language)
    {
        var shared = Read(Checkout.PathOf("src", "Modules", "Shared", "ModularRace.Shared"), $"{language}.json");
        var wrong = new List<string>();
        var number = 0;
        foreach (var project in Projects())
        {
            var pages = Sources(project, "*.cs", "*.cshtml");
            Compare(Said(pages, "Say", "Mark"), Read(project, $"{language}.json"), pages, project);
            if (!File.Exists(Path.Combine(project, "Program.cs"))) continue;
            var scripts = Directory.GetFiles(Path.Combine(project, "wwwroot", "js"), "*.js").Select(File.ReadAllText).ToList();
            Compare(Said(scripts, "say"), Read(project, $"script.{language}.json"), scripts, "scripts");
        }

        Assert.Empty(wrong);
        Assert.True(number > 500, $"Only {number} texts were found.");

        void Compare(HashSet<string> said, Dictionary<string, string> texts, List<string> sources, string where)
        {
            number += said.Count;
            var all = string.Concat(sources);
            wrong.AddRange(said.Where(s => !texts.ContainsKey(s) && !shared.ContainsKey(s)).Select(s => $"{where} has no \"{s}\""));
            // A refusal is looked up by what it says when it is shown: it stands somewhere as it is.
            wrong.AddRange(texts.Keys.Where(t => !said.Contains(t) && !all.Contains(Escaped(t), StringComparison.Ordinal)).Select(t => $"{where}: nobody says \"{t}\""));
        }
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void A_text_has_the_places_and_the_markup_of_its_English_and_breaks_no_attribute(string language)
    {
        var wrong = new List<string>();
        foreach (var file in Directory.GetFiles(Checkout.PathOf("src"), $"*{language}.json", SearchOption.AllDirectories).Where(f => Path.GetFileName(Path.GetDirectoryName(f)) == "Texts"))
            foreach (var (english, text) in JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file))!)
                if (Shape(english) != Shape(text) || text != text.Trim() || text.Length == 0 || text.Count(c => c == '"') != english.Count(c => c == '"'))
                    wrong.Add($"{english} -> {text}");
        Assert.Empty(wrong);
    }

    [Fact]
    public void A_sentence_made_elsewhere_is_shown_whole_whatever_signs_it_has() =>
        Assert.Equal(("Bib 4||5 {0} is not there.", "Open"), (DeskWords.SayKept("Bib 4||5 {0} is not there."), DeskWords.Say("Open||of a conflict")));

    private static IEnumerable<string> Projects() => Directory.EnumerateFiles(Checkout.PathOf("src"), "*.csproj", SearchOption.AllDirectories).Select(f => Path.GetDirectoryName(f)!);

    private static List<string> Sources(string project, params string[] kinds) =>
    [
        .. kinds.SelectMany(k => Directory.EnumerateFiles(project, k, SearchOption.AllDirectories))
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Select(File.ReadAllText),
    ];

    private static Dictionary<string, string> Read(string project, string file) =>
        Path.Combine(project, "Texts", file) is var path && File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path))! : [];

    /// <summary>The literals within the first argument of each call.</summary>
    private static HashSet<string> Said(IEnumerable<string> sources, params string[] calls)
    {
        var said = new HashSet<string>(StringComparer.Ordinal);
        var call = new Regex($@"(?<![\w$])({string.Join('|', calls)})\(", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
        foreach (var source in sources)
            foreach (Match begin in call.Matches(source))
                for (var (at, depth) = (begin.Index + begin.Length, 0); at < source.Length && depth >= 0; at++)
                    switch (source[at])
                    {
                        case '"' or '\'' or '`' when calls[0] == "say" || source[at] == '"':
                            said.Add(Literal(source, ref at));
                            break;
                        case '(' or '[' or '{':
                            depth++;
                            break;
                        case ')' or ']' or '}':
                            depth--;
                            break;
                        case ',' when depth == 0:
                            depth = -1;
                            break;
                    }

        return said;
    }

    private static string Literal(string source, ref int at)
    {
        var (quote, text) = (source[at], new StringBuilder());
        for (at++; source[at] != quote; at++) text.Append(source[at] == '\\' ? source[++at] : source[at]);
        return text.ToString();
    }

    private static string Escaped(string text) => text.Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string Shape(string text) => string.Join(' ', Place().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal)) + string.Concat(Tag().Matches(text).Select(m => m.Value).Order(StringComparer.Ordinal));

    [GeneratedRegex(@"\{\d+[^}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex Place();

    [GeneratedRegex(@"</?[a-z]+", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();
}
