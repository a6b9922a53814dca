using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Microsoft.AspNetCore.Html;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Http;

/// <summary>
/// All that the touchscreen says, from <c>wwwroot/texts/{language}.json</c>: a name and its sentence, the same names in each
/// language. The pages' scripts take it from the page (<c>texts.js</c>), the layout from here.
/// </summary>
internal sealed class TouchTexts(IWebHostEnvironment environment)
{
    /// <summary>What a script element would end at is escaped; accents are not.</summary>
    private static readonly JsonSerializerOptions InHtml = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    private const string Usual = "usual.";

    private readonly ConcurrentDictionary<string, InLanguage> languages = new(StringComparer.Ordinal);

    public InLanguage Of(HttpRequest request) => languages.GetOrAdd(PageLanguage.Of(request), Read);

    private InLanguage Read(string language)
    {
        var (texts, english) = (Load(language), Load(PageLanguages.Usual));
        // What the host says of a link that does not hold, and of the lines of a file, and the locations that every race gets are
        // kept and sent in English: the screen looks them up by that, the first that fits.
        var said = new JsonObject();
        foreach (var (name, text) in english)
            if (name.StartsWith("server.", StringComparison.Ordinal) || name.StartsWith("csv.", StringComparison.Ordinal) || name.StartsWith(Usual, StringComparison.Ordinal)) said[(string)text!] = texts[name]!.DeepClone();
        var sentences = texts.Where(t => t.Value is JsonValue).ToDictionary(t => t.Key, t => (string)t.Value!, StringComparer.Ordinal);
        texts["said"] = said;
        var usual = english.Where(t => t.Key.StartsWith(Usual, StringComparison.Ordinal)).ToDictionary(t => (string)t.Value!, t => sentences[t.Key], StringComparer.Ordinal);
        return new InLanguage(language, sentences, usual, new HtmlString(texts.ToJsonString(InHtml)));
    }

    private JsonObject Load(string language)
    {
        using var file = environment.WebRootFileProvider.GetFileInfo($"texts/{language}.json").CreateReadStream();
        return JsonNode.Parse(file)!.AsObject();
    }

    /// <param name="Language">ISO 639-1.</param>
    /// <param name="Sentences">Those without plurals, by their names.</param>
    /// <param name="Usual">The usual locations and parts of a course, by their English names.</param>
    /// <param name="Json">All of them, fit to stand inside a script element.</param>
    internal sealed record InLanguage(string Language, IReadOnlyDictionary<string, string> Sentences, IReadOnlyDictionary<string, string> Usual, IHtmlContent Json)
    {
        public string this[string name] => Sentences[name];

        /// <summary>"Abfahrt 1", whose name says its part of the course already, "Tor 3 · Abfahrt"; null where none is told.</summary>
        public string? Place(IReadOnlyList<string>? place) => place switch
        {
            null => null,
            [] => this["place.no_fixed"],
            [var name, ..] when Usual.TryGetValue(name, out var own) => own,
            _ => string.Join(" · ", place.Select(p => Usual.GetValueOrDefault(p, p))),
        };
    }
}
