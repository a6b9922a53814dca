using System.Globalization;
using ModularRace.Competitions.Domain;
using ModularRace.Shared.Validation;

namespace ModularRace.Competitions.Features.StartLists;

/// <summary>A bib as a file has it, its athletes in the team's order.</summary>
internal sealed record StartListLine(int Bib, string? Heat, IReadOnlyList<AthleteEntry> Athletes);

/// <summary>Reads a start list file; pure, and strict: a list that is half right puts the wrong name under a bib.</summary>
internal static class StartListCsv
{
    private static readonly string[] Required = ["bib", "first_name", "last_name", "nation", "gender"];
    private static readonly string[] Optional = ["athlete_position", "heat", "birth_year", "license_number"];

    /// <param name="file">The bytes as sent.</param>
    /// <param name="athletesPerBib">1, or up to 4 where a team is one bib.</param>
    /// <param name="errors">By line ("line 3"); empty where the list is good.</param>
    public static IReadOnlyList<StartListLine> Read(ReadOnlySpan<byte> file, int athletesPerBib, out IReadOnlyDictionary<string, string[]> errors)
    {
        var faults = new LineFaults();
        var bibs = new Dictionary<int, List<Entry>>();
        if (CsvTable.Read(file, Required, Optional, faults) is { } table)
        {
            foreach (var row in table.Rows)
                if (ReadRow(row, faults) is { } entry) Place(entry, bibs, athletesPerBib, faults);
            if (table.Rows.Count == 0 && faults.None) faults.Add(1, "There is no line below the header.");
        }

        errors = faults.ByLine;
        return faults.None ? [.. bibs.OrderBy(b => b.Key).Select(b => ToLine(b.Key, b.Value))] : [];
    }

    private static Entry? ReadRow(TableRow row, LineFaults faults)
    {
        var bib = Number(row, "bib", ReferenceRules.LowestBib, ReferenceRules.HighestBib, required: true, faults);
        var first = Name(row, "first_name", faults);
        var last = Name(row, "last_name", faults);
        var nation = row["nation"];
        if (nation is null) faults.Add(row.Line, "nation is missing.");
        else if (ReferenceRules.NationFault(nation) is { } fault) faults.Add(row.Line, $"nation '{Shown(nation)}': {fault}");
        var gender = row["gender"];
        if (gender is not null && !ReferenceRules.Genders.Contains(gender)) faults.Add(row.Line, $"gender '{Shown(gender)}' is not one of M, F, X.");
        var position = Number(row, "athlete_position", 1, ReferenceRules.MostAthletes, required: false, faults);
        var birthYear = Number(row, "birth_year", ReferenceRules.FirstBirthYear, ReferenceRules.LastBirthYear, required: false, faults);
        var heat = Text(row, "heat", faults);
        var license = Text(row, "license_number", faults);
        return bib is null || first is null || last is null || nation is null
            ? null
            : new Entry(row.Line, bib.Value, position, heat, new AthleteEntry(first, last, nation, gender, birthYear, license));
    }

    private static void Place(Entry entry, Dictionary<int, List<Entry>> bibs, int athletesPerBib, LineFaults faults)
    {
        if (!bibs.TryGetValue(entry.Bib, out var team)) bibs[entry.Bib] = team = [];
        if (team.Count >= athletesPerBib)
            faults.Add(entry.Line, athletesPerBib == 1
                ? $"Bib {entry.Bib} stands on line {team[0].Line} already."
                : $"Bib {entry.Bib} has more than {athletesPerBib} athletes.");
        else if (team.Find(e => e.Athlete == entry.Athlete) is { } same)
            faults.Add(entry.Line, $"The same athlete stands under bib {entry.Bib} on line {same.Line} already.");
        else if (entry.Position is not null && team.Find(e => e.Position == entry.Position) is { } other)
            faults.Add(entry.Line, $"athlete_position {entry.Position} of bib {entry.Bib} is taken by line {other.Line}.");
        else if (entry.Heat is not null && team.Find(e => e.Heat is not null && e.Heat != entry.Heat) is { } elsewhere)
            faults.Add(entry.Line, $"Bib {entry.Bib} has another heat on line {elsewhere.Line}.");
        team.Add(entry);
    }

    private static StartListLine ToLine(int bib, List<Entry> team) =>
        new(bib, team.Select(e => e.Heat).FirstOrDefault(h => h is not null), [.. team.OrderBy(e => e.Position ?? int.MaxValue).Select(e => e.Athlete)]);

    private static string? Name(TableRow row, string column, LineFaults faults)
    {
        if (row[column] is { } name) return Text(row, column, faults) is null ? null : name;
        faults.Add(row.Line, $"{column} is missing.");
        return null;
    }

    private static string? Text(TableRow row, string column, LineFaults faults)
    {
        if (row[column] is not { } text) return null;
        // A line break inside a name is a quotation mark that was never closed.
        var fault = text.Contains('\n', StringComparison.Ordinal) || text.Contains('\r', StringComparison.Ordinal)
            ? "It runs over more than one line; is a quotation mark missing?"
            : Texts.Fault(text, Texts.Name);
        if (fault is null) return text;
        faults.Add(row.Line, $"{column}: {fault}");
        return null;
    }

    private static int? Number(TableRow row, string column, int least, int most, bool required, LineFaults faults)
    {
        var text = row[column];
        if (text is null)
        {
            if (required) faults.Add(row.Line, $"{column} is missing.");
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        faults.Add(row.Line, $"{column} '{Shown(text)}' is not a whole number from {least} to {most}.");
        return null;
    }

    private static string Shown(string text) => text.Length <= 30 ? text : text[..30] + "…";

    private sealed record Entry(int Line, int Bib, int? Position, string? Heat, AthleteEntry Athlete);
}
