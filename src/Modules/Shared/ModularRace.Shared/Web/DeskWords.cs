using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Html;

namespace ModularRace.Shared.Web;

/// <summary>
/// What the desk says, in the language of who looks at it (the current UI culture, which the host sets for pages alone).
/// The English stands where it is said and is the key; each assembly has what it means in the others, as
/// <c>Texts/{language}.json</c>, and for the scripts as <c>Texts/script.{language}.json</c>. What is kept or sent is
/// English: only pages speak.
/// </summary>
/// <remarks>
/// Where one English text means two things, a remark after <c>||</c> tells them apart (<c>"Open||of a conflict"</c>); it is
/// not shown. A text without a translation is shown in English.
/// </remarks>
public static class DeskWords
{
    private const string Remark = "||";

    /// <summary>What a script element would end at is escaped; accents are not.</summary>
    private static readonly JsonSerializerOptions InHtml = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    private static FrozenDictionary<string, FrozenDictionary<string, string>> words = FrozenDictionary<string, FrozenDictionary<string, string>>.Empty;
    private static FrozenDictionary<string, IHtmlContent> scripts = FrozenDictionary<string, IHtmlContent>.Empty;

    /// <summary>ISO 639-1, one of <see cref="PageLanguages.All"/>.</summary>
    public static string Language => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName is var language && PageLanguages.All.Contains(language) ? language : PageLanguages.Usual;

    /// <summary>How days and months are named; figures are written the same in all languages.</summary>
    public static CultureInfo Names => Language == PageLanguages.Usual ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(Language);

    /// <summary>What the page's scripts say, English to the language, as JSON that may stand in a script element.</summary>
    public static IHtmlContent ForScripts => scripts.GetValueOrDefault(Language) ?? new HtmlString("{}");

    /// <summary>At the start, once for all hosts of a process.</summary>
    /// <exception cref="InvalidOperationException">Two assemblies mean different things by the same text.</exception>
    public static void Learn(IReadOnlyCollection<Assembly> assemblies)
    {
        assemblies = [typeof(DeskWords).Assembly, .. assemblies];
        var others = PageLanguages.All.Where(l => l != PageLanguages.Usual).ToList();
        words = others.ToFrozenDictionary(l => l, l => Read(assemblies, $"{l}.json"), StringComparer.Ordinal);
        scripts = others.ToFrozenDictionary(l => l, l => (IHtmlContent)new HtmlString(JsonSerializer.Serialize(Read(assemblies, $"script.{l}.json"), InHtml)), StringComparer.Ordinal);
    }

    /// <summary>The text in the language of the page.</summary>
    public static string Say(string english) =>
        words.TryGetValue(Language, out var known) && known.TryGetValue(english, out var text) ? text : Shown(english);

    /// <summary>A sentence that was made elsewhere, such as a refusal or a kept error; as it is where it is not one of the desk's texts.</summary>
    public static string SayKept(string sentence) =>
        words.TryGetValue(Language, out var known) && known.TryGetValue(sentence, out var text) ? text : sentence;

    /// <summary>A text with values in its places, <c>{0}</c> and so on.</summary>
    public static string Say(string english, params object?[] values) => string.Format(CultureInfo.InvariantCulture, Say(english), values);

    /// <summary>A text with markup of its own, which is not encoded; the values are, but for those that are content.</summary>
    public static IHtmlContent Mark(string english, params object?[] values) => new HtmlFormattableString(CultureInfo.InvariantCulture, Say(english), values);

    private static string Shown(string english) => english.IndexOf(Remark, StringComparison.Ordinal) is >= 0 and var at ? english[..at] : english;

    private static FrozenDictionary<string, string> Read(IEnumerable<Assembly> assemblies, string file)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var assembly in assemblies)
        {
            using var stream = assembly.GetManifestResourceStream($"{assembly.GetName().Name}.Texts.{file}");
            if (stream is null) continue;
            foreach (var (english, text) in JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!)
                if (!all.TryAdd(english, text) && all[english] != text) throw new InvalidOperationException($"{file}: \"{english}\" is both \"{all[english]}\" and \"{text}\". Tell them apart by a remark after {Remark}.");
        }

        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
