namespace ModularRace.Shared.Web;

/// <summary>Cells of a CSV that a spreadsheet opens: none of them is computed.</summary>
public static class SpreadsheetCells
{
    /// <summary>A cell that a spreadsheet would compute gets an apostrophe before it, which <see cref="Plain"/> takes off again; null: empty.</summary>
    public static string Harmless(string? cell) => cell is null ? "" : Computes(cell) ? "'" + cell : cell;

    /// <summary>What was written of a cell by <see cref="Harmless"/>.</summary>
    public static string? Plain(string? cell) => cell is ['\'', .. var rest] && Computes(rest) ? rest : cell;

    private static bool Computes(string cell) => cell is [('=' or '+' or '-' or '@' or '\t' or '\r'), ..];
}
