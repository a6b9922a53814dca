using System.Text;
using CsvHelper;

namespace ModularRace.Competitions.Domain;

/// <summary>What is wrong with a file, by line, for the person who has it open in a spreadsheet.</summary>
internal sealed class LineFaults
{
    /// <summary>Nobody reads more than this; a file of another kind would fill megabytes.</summary>
    private const int MostLines = 1000;

    private readonly SortedDictionary<int, List<string>> faults = [];

    public bool None => faults.Count == 0;

    public IReadOnlyDictionary<string, string[]> ByLine => faults.Take(MostLines).ToDictionary(f => $"line {f.Key}", f => f.Value.ToArray(), StringComparer.Ordinal);

    public void Add(int line, string fault)
    {
        if (!faults.TryGetValue(line, out var said)) faults[line] = said = [];
        if (said.Count < 20) said.Add(fault);
    }
}

/// <summary>A line with its cells by column; a cell that is empty or blank is null.</summary>
internal sealed class TableRow(int line, IReadOnlyDictionary<string, int> columns, string[] cells)
{
    public int Line => line;

    public string? this[string column]
    {
        get
        {
            if (!columns.TryGetValue(column, out var index) || index >= cells.Length) return null;
            var cell = cells[index].Trim();
            return cell.Length == 0 ? null : cell;
        }
    }
}

/// <summary>
/// A CSV file with a header row: UTF-8 with or without BOM, comma, semicolon or tab, LF or CRLF, quoted cells; columns that
/// nobody asked for are ignored, and so are empty lines.
/// </summary>
internal sealed class CsvTable
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private CsvTable(IReadOnlyList<TableRow> rows) => Rows = rows;

    public IReadOnlyList<TableRow> Rows { get; }

    /// <summary>Null where the file cannot be read as a table at all; why is in <paramref name="faults"/>.</summary>
    public static CsvTable? Read(ReadOnlySpan<byte> file, IReadOnlyList<string> required, IReadOnlyList<string> optional, LineFaults faults)
    {
        if (Decode(file, faults) is not { } text) return null;
        if (string.IsNullOrWhiteSpace(text))
        {
            faults.Add(1, "The file is empty.");
            return null;
        }

        using var reader = CsvReader.FromText(text, new CsvReaderOptions
        {
            HasHeader = false,
            Separator = Delimiter(text),
            TrackLineNumbers = true,
            OnMalformedRecord = bad => faults.Add((int)bad.LineNumber, Said(bad.Reason)),
        });
        if (!reader.Read())
        {
            faults.Add(1, "The file is empty.");
            return null;
        }

        var header = Cells(reader);
        if (Columns(header, (int)reader.LineNumber, required, optional, faults) is not { } columns) return null;
        var rows = new List<TableRow>();
        while (reader.Read())
        {
            var cells = Cells(reader);
            var line = (int)reader.LineNumber;
            if (cells.All(string.IsNullOrWhiteSpace)) continue;
            if (cells.Skip(header.Length).Any(c => !string.IsNullOrWhiteSpace(c))) faults.Add(line, $"It has {cells.Length} cells, and the header {header.Length}.");
            else rows.Add(new TableRow(line, columns, cells));
        }

        return new CsvTable(rows);
    }

    private static string[] Cells(CsvReader reader)
    {
        var cells = new string[reader.FieldCount];
        for (var i = 0; i < cells.Length; i++) cells[i] = reader.GetString(i);
        return cells;
    }

    private static string Said(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.UnterminatedQuote => "A quotation mark is opened and never closed.",
        _ => "A quotation mark stands where none may; within a cell in quotation marks it is written twice.",
    };

    private static string? Decode(ReadOnlySpan<byte> file, LineFaults faults)
    {
        if (file.StartsWith(Encoding.UTF8.Preamble)) file = file[Encoding.UTF8.Preamble.Length..];
        try
        {
            return StrictUtf8.GetString(file);
        }
        catch (DecoderFallbackException e)
        {
            // The index counts from where the decoder stood; to find the line, look for the first byte that does not decode.
            var line = 1 + file[..FirstBad(file, e.Index)].Count((byte)'\n');
            faults.Add(line, "The file is not UTF-8 (it looks like Windows-1252 or another encoding). Save it as \"CSV UTF-8\" and send it again.");
            return null;
        }
    }

    private static int FirstBad(ReadOnlySpan<byte> file, int otherwise)
    {
        var rest = file;
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(rest, out _, out var used) != System.Buffers.OperationStatus.Done) return file.Length - rest.Length;
            rest = rest[used..];
        }

        return Math.Clamp(otherwise, 0, file.Length);
    }

    private static char Delimiter(string text)
    {
        var header = text.AsSpan().TrimStart("\r\n");
        var end = header.IndexOfAny('\r', '\n');
        if (end >= 0) header = header[..end];
        int semicolons = header.Count(';'), tabs = header.Count('\t'), commas = header.Count(',');
        return tabs > semicolons && tabs > commas ? '\t' : semicolons > commas ? ';' : ',';
    }

    private static Dictionary<string, int>? Columns(string[] header, int line, IReadOnlyList<string> required, IReadOnlyList<string> optional, LineFaults faults)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < header.Length; i++)
        {
            var name = header[i].Trim().ToLowerInvariant();
            if (!required.Contains(name) && !optional.Contains(name)) continue;
            if (!columns.TryAdd(name, i)) faults.Add(line, $"The column {name} stands there twice.");
        }

        var missing = required.Where(r => !columns.ContainsKey(r)).ToList();
        if (missing.Count == required.Count) faults.Add(line, $"There is no header row: it names {string.Join(", ", required)}.");
        else foreach (var name in missing) faults.Add(line, $"The column {name} is missing.");
        return faults.None ? columns : null;
    }
}
