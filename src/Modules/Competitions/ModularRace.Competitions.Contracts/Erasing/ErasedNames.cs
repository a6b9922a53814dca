using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModularRace.Competitions.Contracts.Erasing;

/// <summary>
/// The names of people that leave a competition, and how: whoever signed is <c>erased</c> with role and system kept, and
/// where a text names one of them that word stands instead. Texts are found by the names alone: what they say of a person
/// in other words stays.
/// </summary>
public sealed partial class ErasedNames
{
    /// <summary>What stands where a name stood.</summary>
    public const string Word = "erased";

    private static readonly string[] NotPeople = ["ModularRace", "rule", "nobody", Word];

    private static readonly HashSet<string>
        Signed = new(StringComparer.Ordinal) { "officialized_by", "decided_by", "withdrawn_by", "reporter_name", "reported_by", "said_by", "resolved_by", "by" },
        Written = new(StringComparer.Ordinal) { "description", "decision_note", "note", "notes", "reason", "resolution" };

    private readonly Dictionary<string, List<Phrase>> byFirst = new(StringComparer.Ordinal);
    private readonly HashSet<string> people;
    private readonly bool everybody;

    /// <param name="athletes">First and last names.</param>
    /// <param name="signed">Names, or signatures such as <c>Maria Rossi (referee, Pi 1)</c>.</param>
    /// <param name="everybody">Whoever signed, also a name that is not among them.</param>
    public ErasedNames(IEnumerable<(string First, string Last)> athletes, IEnumerable<string> signed, bool everybody)
    {
        this.everybody = everybody;
        people = signed.Select(s => Split(s).Name).Where(IsPerson).Select(Folded).ToHashSet(StringComparer.Ordinal);
        foreach (var (first, last) in athletes)
        {
            Add(Words($"{first} {last}"), Words($"{last} {first}"), Words(last));
            people.Add(Folded($"{first} {last}"));
            people.Add(Folded($"{last} {first}"));
        }

        foreach (var name in signed.Select(s => Split(s).Name).Where(IsPerson))
        {
            var words = Words(name);
            // One word alone, such as "Referee", is as often no name: it goes where somebody signed with it.
            if (words.Count > 1) Add(words, [words[^1], .. words.Take(words.Count - 1)], [words[^1]]);
        }

        foreach (var phrases in byFirst.Values) phrases.Sort((a, b) => b.Words.Count.CompareTo(a.Words.Count));
    }

    /// <summary>A signature, without the name.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public string? Signature(string? text)
    {
        if (text is null) return null;
        var (name, role) = Split(text);
        return IsPerson(name) && (everybody || people.Contains(Folded(name))) ? Word + role : text;
    }

    /// <summary>What a person wrote, without the names in it.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public string? Text(string? text)
    {
        if (string.IsNullOrEmpty(text) || byFirst.Count == 0) return text;
        var words = Words(text);
        StringBuilder? erased = null;
        var from = 0;
        for (var i = 0; i < words.Count; i++)
        {
            if (!byFirst.TryGetValue(words[i].Folded, out var phrases) || phrases.Find(p => p.StandsAt(text, words, i)) is not { } phrase) continue;
            erased ??= new StringBuilder(text.Length);
            erased.Append(text, from, words[i].At - from).Append(Word);
            i += phrase.Words.Count - 1;
            from = words[i].At + words[i].Said.Length;
        }

        return erased is null ? text : erased.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Who saw something, as sentences have it: "Maria Rossi", "Maria Rossi on Pi 1"; a device alone is nobody.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public string? Observer(string? text)
    {
        if (text is null) return null;
        var at = text.LastIndexOf(" on ", StringComparison.Ordinal);
        return people.Contains(Folded(text)) ? Word
            : at > 0 && people.Contains(Folded(text[..at])) ? Word + text[at..]
            : text;
    }

    /// <summary>A sentence that this software made, which says by whom: "… by Maria Rossi on Pi 1, …".</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public string? Sentence(string? text) => text is null ? null : Text(By().Replace(text, m => $"by {Observer(m.Groups["name"].Value)}"));

    /// <summary>Every name in a record's content, at whatever depth; true where one was there.</summary>
    public bool Rewrite(JsonNode? content) => Rewrite(content, field: null);

    private bool Rewrite(JsonNode? node, string? field)
    {
        var changed = false;
        if (node is JsonObject fields)
            foreach (var (name, value) in fields.ToList())
            {
                // Of a change in the history the field is named around both its values.
                if (value is JsonValue one) changed |= Set(one, name, to => fields[name] = to);
                else changed |= Rewrite(value, name);
            }
        else if (node is JsonArray list)
            for (var i = 0; i < list.Count; i++)
            {
                var at = i;
                if (list[i] is JsonValue one) changed |= field is not null && Set(one, field, to => list[at] = to);
                else changed |= Rewrite(list[i], field);
            }

        return changed;
    }

    private bool Set(JsonValue value, string field, Action<JsonNode?> set)
    {
        if (!Signed.Contains(field) && !Written.Contains(field)) return false;
        if (!value.TryGetValue<string>(out var said)) return false;
        var without = Signed.Contains(field) ? Signature(said) : Text(said);
        if (string.Equals(said, without, StringComparison.Ordinal)) return false;
        set(without);
        return true;
    }

    private void Add(params ReadOnlySpan<List<Token>> phrases)
    {
        foreach (var words in phrases)
        {
            // Alone, a word is a name where it is written as one, and long enough to be no other.
            if (words.Count == 0 || (words.Count == 1 && (words[0].Said.Length < 3 || !char.IsUpper(words[0].Said[0])))) continue;
            if (!byFirst.TryGetValue(words[0].Folded, out var list)) byFirst[words[0].Folded] = list = [];
            var phrase = new Phrase([.. words.Select(w => w.Folded)], words.Count == 1 ? words[0].Said : null);
            if (!list.Exists(p => p.Words.SequenceEqual(phrase.Words, StringComparer.Ordinal))) list.Add(phrase);
        }
    }

    private static bool IsPerson(string name) => name.Length > 0 && !NotPeople.Contains(name, StringComparer.Ordinal);

    private static (string Name, string Role) Split(string signature) =>
        signature.EndsWith(')') && signature.LastIndexOf(" (", StringComparison.Ordinal) is > 0 and var at ? (signature[..at].Trim(), signature[at..]) : (signature.Trim(), "");

    private static List<Token> Words(string text) => [.. Name().Matches(text).Select(m => new Token(m.Value, Folded(m.Value), m.Index))];

    /// <summary>As timing systems write a name: case and accents aside.</summary>
    private static string Folded(string name)
    {
        var letters = new StringBuilder(name.Length);
        foreach (var c in name.Normalize(NormalizationForm.FormD))
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                letters.Append(char.ToUpperInvariant(c));
        return letters.ToString();
    }

    [GeneratedRegex(@"[\p{L}\p{M}\p{Nd}]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\bby (?<name>[^,;()]+?)(?=$|[,;()])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex By();

    private sealed record Token(string Said, string Folded, int At);

    /// <param name="Alone">As the one word is written; null: there are several.</param>
    private sealed record Phrase(IReadOnlyList<string> Words, string? Alone)
    {
        public bool StandsAt(string text, List<Token> words, int at)
        {
            if (Alone is not null) return words[at].Said == Alone || (words[at].Said.All(c => !char.IsLower(c)) && words[at].Folded == Words[0]);
            if (at + Words.Count > words.Count) return false;
            for (var i = 1; i < Words.Count; i++)
                if (words[at + i].Folded != Words[i] || !IsOneName(text, words[at + i - 1], words[at + i])) return false;
            return true;
        }

        /// <summary>Between two words of a name stands nothing but a space, a hyphen, an apostrophe, or the comma of "Rossi, Maria".</summary>
        private static bool IsOneName(string text, Token before, Token after)
        {
            var between = text[(before.At + before.Said.Length)..after.At];
            return between.Length <= 2 && between.All(c => char.IsWhiteSpace(c) || c is '-' or '\'' or '’' or ',' or '.');
        }
    }
}
