using System.Security.Cryptography;
using System.Text;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;

namespace ModularRace.Competitions.Features.Catalogues;

/// <summary>The two catalogues of a competition: alike but for the word, which is a code or a text.</summary>
internal enum CatalogueKind
{
    Penalties,
    Phrases,
}

/// <summary>A line of a catalogue as answers have it.</summary>
/// <param name="Code">Of a penalty.</param>
/// <param name="Text">Of a phrase.</param>
/// <param name="Discipline">Null: for all.</param>
internal sealed record CatalogueEntryView(
    Guid ClientUuid, string Revision, string Origin, Guid CompetitionUuid, string? Code, string? Text, string? Name, string? Discipline, string? Language,
    int? Position, bool Deleted, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static CatalogueEntryView Of(CatalogueEntry e) =>
        new(e.ClientUuid, e.Revision, e.Origin, e.CompetitionUuid, e is Penalty ? e.Word : null, e is Phrase ? e.Word : null, e.Name, e.Discipline, e.Language,
            e.Position, e.Deleted, e.CreatedAt, e.UpdatedAt);
}

internal static class CatalogueSets
{
    public static IQueryable<CatalogueEntry> Of(CompetitionsDbContext db, CatalogueKind kind) => kind == CatalogueKind.Penalties ? db.Penalties : db.Phrases;

    public static CatalogueEntry New(CatalogueKind kind) => kind == CatalogueKind.Penalties ? new Penalty() : new Phrase();

    public static string WordField(CatalogueKind kind) => kind == CatalogueKind.Penalties ? "code" : "text";

    public static string? Word(CatalogueKind kind, CatalogueItem item) => kind == CatalogueKind.Penalties ? item.Code : item.Text;

    public static string Key(CatalogueEntry e) => $"{SortedPage.Position(e.Position)}/{e.Word}/{e.ClientUuid:D}";

    /// <summary>Those that are there, by position. What a merged competition brings again is in it once.</summary>
    public static IReadOnlyList<CatalogueEntry> Shown(IReadOnlyCollection<CatalogueEntry> all)
    {
        var own = all.Where(e => e is { Deleted: false, SaidCompetitionUuid: null }).ToList();
        var lines = own.Select(Line).ToHashSet();
        return [.. own.Concat(all.Where(e => e is { Deleted: false, SaidCompetitionUuid: not null } && lines.Add(Line(e)))).OrderBy(Key, StringComparer.Ordinal)];
    }

    /// <summary>Another one for whatever change of the catalogue: what <c>If-Match</c> is compared with.</summary>
    public static string Tag(IEnumerable<CatalogueEntry> all)
    {
        var lines = all.Where(e => !e.Deleted).OrderBy(e => e.ClientUuid).Select(e => $"{e.ClientUuid:N}{e.Revision}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))))[..32];
    }

    private static (string, string?, string?) Line(CatalogueEntry entry) => (entry.Word, entry.Discipline, entry.Language);
}
