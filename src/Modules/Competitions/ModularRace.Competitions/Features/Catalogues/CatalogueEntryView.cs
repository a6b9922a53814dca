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

    public static string Key(CatalogueEntry e) => $"{SortedPage.Position(e.Position)}/{e.Word}/{e.ClientUuid:D}";
}
