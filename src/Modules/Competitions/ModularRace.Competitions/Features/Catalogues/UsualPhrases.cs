using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using ModularRace.Competitions.Domain;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Catalogues;

/// <summary>What a touchscreen offers where a competition has no phrases of its own: it says so itself, in <c>wwwroot/texts</c>.</summary>
internal sealed class UsualPhrases(IWebHostEnvironment environment)
{
    private readonly ConcurrentDictionary<string, JsonObject> texts = new(StringComparer.Ordinal);

    /// <param name="discipline">One of <see cref="Disciplines"/>.</param>
    /// <param name="language">One of <see cref="PageLanguages"/>.</param>
    public IReadOnlyList<string> Of(string discipline, string language)
    {
        var all = texts.GetOrAdd(language, Read);
        return [.. (all[$"phrases.{discipline}"] ?? all["phrases.any"])!.AsArray().Select(p => p!.GetValue<string>())];
    }

    /// <summary>As lines of a catalogue, in the order in which they are offered.</summary>
    public IEnumerable<CatalogueItem> Lines(IEnumerable<string> disciplines, IReadOnlyCollection<string> languages) =>
        from discipline in disciplines
        from language in languages
        from phrase in Of(discipline, language).Select((text, n) => (text, n))
        select new CatalogueItem(null, null, phrase.text, null, discipline, language, phrase.n + 1, null);

    private JsonObject Read(string language)
    {
        using var file = environment.WebRootFileProvider.GetFileInfo($"texts/{language}.json").CreateReadStream();
        return JsonNode.Parse(file)!.AsObject();
    }
}
