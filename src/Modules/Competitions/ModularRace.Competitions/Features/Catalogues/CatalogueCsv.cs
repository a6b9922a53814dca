using System.Globalization;
using CsvHelper;
using ModularRace.Competitions.Domain;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Catalogues;

/// <summary>A catalogue as a spreadsheet has it: <c>code</c> or <c>text</c>, and optional name, discipline, language, position, client_uuid.</summary>
internal static class CatalogueCsv
{
    private static readonly string[] Optional = ["name", "discipline", "language", "position", "client_uuid"];

    private static readonly CatalogueItemValidator Rules = new();

    public static IReadOnlyList<CatalogueItem> Read(ReadOnlySpan<byte> file, CatalogueKind kind)
    {
        var faults = new LineFaults();
        var items = new List<CatalogueItem>();
        if (CsvTable.Read(file, [CatalogueSets.WordField(kind)], Optional, faults) is { } table)
        {
            var seen = new Dictionary<object, int>();
            foreach (var row in table.Rows)
            {
                var item = Item(row, kind, faults);
                items.Add(item);
                foreach (var fault in Rules.Validate(item).Errors) faults.Add(row.Line, $"{SnakeCase.Name(fault.PropertyName)}: {fault.ErrorMessage}");
                // Two with identities of their own may say the same: so a merged competition's come out.
                object same = item.ClientUuid is { } uuid ? uuid : (CatalogueSets.Word(kind, item), item.Discipline, item.Language);
                if (!seen.TryAdd(same, row.Line)) faults.Add(row.Line, $"It is in line {seen[same]} already.");
            }
        }

        if (items.Count > WriteCatalogue.MostItems) faults.Add(items[WriteCatalogue.MostItems].Line!.Value, $"At most {WriteCatalogue.MostItems} lines are taken.");
        return faults.None ? items : throw Problem.Validation(faults.ByLine);
    }

    private static CatalogueItem Item(TableRow row, CatalogueKind kind, LineFaults faults)
    {
        int? position = null;
        if (row["position"] is { } text)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) position = number;
            else faults.Add(row.Line, "position is not a whole number.");
        }

        Guid? uuid = null;
        if (row["client_uuid"] is { } id)
        {
            if (Guid.TryParseExact(id, "D", out var parsed)) uuid = parsed;
            else faults.Add(row.Line, "client_uuid is not a UUID.");
        }

        var word = CatalogueSets.WordField(kind);
        if (row[word] is null) faults.Add(row.Line, $"{word} is missing.");
        var said = SpreadsheetCells.Plain(row[word]);
        return new CatalogueItem(
            uuid, kind == CatalogueKind.Penalties ? said : null, kind == CatalogueKind.Phrases ? said : null, SpreadsheetCells.Plain(row["name"]), Discipline(row["discipline"]),
            SpreadsheetCells.Plain(row["language"]), position, null)
        {
            Line = row.Line,
        };
    }

    /// <summary>As a person writes it: "Mixed relay" is <c>mixed_relay</c>.</summary>
    private static string? Discipline(string? cell) => cell?.ToLowerInvariant().Replace(' ', '_');

    public static string Write(IEnumerable<CatalogueEntryView> entries, CatalogueKind kind)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = CsvWriter.Create(text, new CsvWriterOptions(), leaveOpen: true))
        {
            foreach (var column in (string[])[CatalogueSets.WordField(kind), .. Optional]) csv.WriteField(column);
            csv.EndRecord();
            foreach (var entry in entries)
            {
                csv.WriteField(SpreadsheetCells.Harmless(entry.Code ?? entry.Text));
                csv.WriteField(SpreadsheetCells.Harmless(entry.Name));
                csv.WriteField(entry.Discipline ?? "");
                csv.WriteField(SpreadsheetCells.Harmless(entry.Language));
                csv.WriteField(entry.Position?.ToString(CultureInfo.InvariantCulture) ?? "");
                csv.WriteField(entry.ClientUuid.ToString("D"));
                csv.EndRecord();
            }
        }

        return text.ToString();
    }
}
