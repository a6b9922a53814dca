using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModularRace.Competitions.Features.StartLists;

namespace ModularRace.Competitions.Tests.StartLists;

/// <summary>The file alone, without a database.</summary>
public sealed class StartListCsvTests
{
    private const string Header = "bib,first_name,last_name,nation,gender";

    [Theory]
    [InlineData(',')]
    [InlineData(';')]
    [InlineData('\t')]
    public void Comma_semicolon_and_tab_part_the_cells(char separator)
    {
        var lines = Good($"{Header}\n7,Oskar,Lindh,SWE,M\n8,Ana,Vidal,ESP,F\n".Replace(',', separator));
        Assert.Equal([7, 8], lines.Select(l => l.Bib));
        Assert.Equal(("Oskar", "Lindh", "SWE", "M"), (lines[0].Athletes[0].FirstName, lines[0].Athletes[0].LastName, lines[0].Athletes[0].Nation, lines[0].Athletes[0].Gender));
    }

    [Fact]
    public void A_byte_order_mark_and_windows_line_ends_are_no_part_of_it()
    {
        var lines = Good([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes($"{Header}\r\n7,Øyvind,Håkonsen,NOR,M\r\n\r\n8,Ana,Vidal,ESP,F\r\n")]);
        Assert.Equal(["Øyvind", "Ana"], lines.Select(l => l.Athletes[0].FirstName));
        Assert.Equal(["M", "F"], lines.Select(l => l.Athletes[0].Gender));
    }

    [Fact]
    public void A_quoted_cell_may_hold_the_separator_and_quotation_marks()
    {
        var lines = Good($"{Header}\n7,Oskar,\"Lindh, Jr. \"\"Oz\"\"\",SWE,M\n");
        Assert.Equal("Lindh, Jr. \"Oz\"", lines[0].Athletes[0].LastName);
    }

    [Fact]
    public void Columns_stand_in_any_order_and_unknown_ones_are_ignored()
    {
        var lines = Good("Nation;Team Colour;BIB;gender;last_name;first_name;birth_year;license_number;heat\nSWE;red;7;M;Lindh;Oskar;1999;SWE-1;2\n");
        Assert.Equal(new { Bib = 7, Heat = (string?)"2" }, new { lines[0].Bib, lines[0].Heat });
        Assert.Equal((1999, "SWE-1"), (lines[0].Athletes[0].BirthYear, lines[0].Athletes[0].LicenseNumber));
    }

    [Fact]
    public void A_team_stands_in_the_order_of_its_positions()
    {
        var lines = Good("bib,athlete_position,first_name,last_name,nation,gender\n7,2,Nils,Ek,SWE,M\n7,1,Oskar,Lindh,SWE,M\n", athletesPerBib: 4);
        Assert.Equal(["Oskar", "Nils"], lines.Single().Athletes.Select(a => a.FirstName));
    }

    [Fact]
    public void Windows_1252_is_refused_with_a_word_on_what_to_do()
    {
        byte[] file = [.. Encoding.ASCII.GetBytes($"{Header}\n1,Ana,Vidal,ESP,F\n7,"), 0xD8, .. Encoding.ASCII.GetBytes("yvind,Berg,NOR,M\n")];
        var (line, messages) = Assert.Single(Errors(file));
        Assert.Equal("line 3", line);
        Assert.Contains("UTF-8", Assert.Single(messages), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("10000")]
    [InlineData("-3")]
    [InlineData("7a")]
    [InlineData("7.0")]
    [InlineData("")]
    public void A_bib_is_a_whole_number_from_1_to_9999(string bib) =>
        Assert.Equal(["line 3"], Errors($"{Header}\n1,Ana,Vidal,ESP,F\n{bib},Oskar,Lindh,SWE,M\n").Keys);

    [Fact]
    public void The_same_bib_twice_is_told_at_the_second() =>
        Assert.Equal(["line 4"], Errors($"{Header}\n7,Ana,Vidal,ESP,F\n8,Eva,Roth,AUT,F\n7,Oskar,Lindh,SWE,M\n").Keys);

    [Fact]
    public void A_team_has_four_athletes_at_most()
    {
        var five = string.Concat(Enumerable.Range(1, 5).Select(i => $"7,Ana{i},Vidal,ESP,F\n"));
        Assert.Equal(["line 6"], Errors($"{Header}\n{five}", athletesPerBib: 4).Keys);
    }

    [Theory]
    [InlineData("7,,Lindh,SWE,M", "first_name")]
    [InlineData("7,Oskar,  ,SWE,M", "last_name")]
    [InlineData("7,Oskar,Lindh,,M", "nation")]
    [InlineData("7,Oskar,Lindh,Sweden,M", "nation")]
    [InlineData("7,Oskar,Lindh,swe,M", "nation")]
    [InlineData("7,Oskar,Lindh,SWE,man", "gender")]
    [InlineData("7,Oskar,Lin\u0007dh,SWE,M", "last_name")]
    [InlineData("7,Oskar,Lindh, Jr.,SWE,M", "cells")]
    [InlineData("7,Oskar,\"Lindh,SWE,M", "quotation mark")]
    public void What_is_wrong_with_a_line_is_named(string line, string named)
    {
        var errors = Errors($"{Header}\n{line}\n");
        Assert.Equal(["line 2"], errors.Keys);
        Assert.Contains(errors["line 2"], m => m.Contains(named, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData(Header)]
    [InlineData(Header + "\n,,,,\n")]
    [InlineData("7,Oskar,Lindh,SWE,M\n8,Ana,Vidal,ESP,F\n")]
    public void Nothing_no_line_and_no_header_are_refused(string file) => Assert.Equal(["line 1"], Errors(file).Keys);

    [Fact]
    public void A_missing_column_is_named()
    {
        var errors = Errors("bib,first_name,last_name,gender\n7,Oskar,Lindh,M\n");
        Assert.Equal("The column nation is missing.", Assert.Single(errors["line 1"]));
    }

    [Fact]
    public void Every_wrong_line_is_told_at_once() =>
        Assert.Equal(["line 2", "line 3", "line 5"], Errors($"{Header}\n0,Ana,Vidal,ESP,F\n8,,Roth,AUT,F\n9,Eva,Roth,AUT,F\n10,Oskar,Lindh,SWE,Q\n").Keys);

    [Fact]
    public void The_touchscreen_has_a_text_for_whatever_is_wrong()
    {
        // As its script looks it up: the first whose words fit.
        var texts = JsonNode.Parse(File.ReadAllText(Checkout.PathOf("src", "Host", "wwwroot", "texts", "en.json")))!.AsObject().Where(t => t.Key.StartsWith("csv.", StringComparison.Ordinal))
            .Select(t => (t.Key, Words: new Regex($"^{Regex.Replace(Regex.Escape((string)t.Value!), @"\\\{[a-z]+}", ".+", RegexOptions.None, TimeSpan.FromSeconds(1))}$", RegexOptions.Singleline, TimeSpan.FromSeconds(1)))).ToList();
        var faults = new Dictionary<string, IReadOnlyDictionary<string, string[]>>(StringComparer.Ordinal)
        {
            ["csv.encoding"] = Errors([.. Encoding.UTF8.GetBytes($"{Header}\n1,"), 0xD8]),
            ["csv.empty"] = Errors(""),
            ["csv.no_line"] = Errors($"{Header}\n"),
            ["csv.no_header"] = Errors("7,Oskar,Lindh,SWE,M\n"),
            ["csv.column_twice"] = Errors($"{Header},bib\n7,Oskar,Lindh,SWE,M,7\n"),
            ["csv.no_column"] = Errors("bib,first_name,last_name,gender\n7,Oskar,Lindh,M\n"),
            ["csv.cells"] = Errors($"{Header}\n7,Oskar,Lindh, Jr.,SWE,M\n"),
            ["csv.open_quote"] = Errors($"{Header}\n7,Oskar,\"Lindh,SWE,M"),
            ["csv.stray_quote"] = Errors($"{Header}\n7,Oskar,\"Lin\"dh,SWE,M\n"),
            ["csv.missing"] = Errors($"{Header}\n7,,Lindh,SWE,M\n"),
            ["csv.nation"] = Errors($"{Header}\n7,Oskar,Lindh,Sweden,M\n"),
            ["csv.gender"] = Errors($"{Header}\n7,Oskar,Lindh,SWE,W\n"),
            ["csv.number"] = Errors($"{Header}\n0,Oskar,Lindh,SWE,M\n"),
            ["csv.bib_twice"] = Errors($"{Header}\n7,Oskar,Lindh,SWE,M\n7,Ana,Vidal,ESP,F\n"),
            ["csv.too_many"] = Errors($"{Header}\n7,A,A,SWE,M\n7,B,B,SWE,M\n7,C,C,SWE,M\n", athletesPerBib: 2),
            ["csv.athlete_twice"] = Errors($"{Header}\n7,A,A,SWE,M\n7,A,A,SWE,M\n", athletesPerBib: 2),
            ["csv.position"] = Errors($"{Header},athlete_position\n7,A,A,SWE,M,1\n7,B,B,SWE,M,1\n", athletesPerBib: 2),
            ["csv.heat"] = Errors($"{Header},heat\n7,A,A,SWE,M,1\n7,B,B,SWE,M,2\n", athletesPerBib: 2),
            ["csv.lines"] = Errors($"{Header}\n7,\"Os\nkar\",Lindh,SWE,M\n"),
            ["csv.control"] = Errors($"{Header}\n7,Os\u0007kar,Lindh,SWE,M\n"),
            ["csv.long"] = Errors($"{Header}\n7,{new string('x', 201)},Lindh,SWE,M\n"),
        };
        Assert.Equal(texts.Select(t => t.Key), faults.Keys);
        foreach (var (key, errors) in faults)
        {
            var found = errors.Values.SelectMany(m => m).Select(m => texts.Find(t => t.Words.IsMatch(m)).Key ?? m).ToList();
            Assert.Equal(key, found[0]);
            Assert.All(found, f => Assert.StartsWith("csv.", f, StringComparison.Ordinal));
        }
    }

    private static IReadOnlyList<StartListLine> Good(string file, int athletesPerBib = 1) => Good(Encoding.UTF8.GetBytes(file), athletesPerBib);

    private static IReadOnlyList<StartListLine> Good(byte[] file, int athletesPerBib = 1)
    {
        var lines = StartListCsv.Read(file, athletesPerBib, out var errors);
        Assert.Empty(errors);
        return lines;
    }

    private static IReadOnlyDictionary<string, string[]> Errors(string file, int athletesPerBib = 1) => Errors(Encoding.UTF8.GetBytes(file), athletesPerBib);

    private static IReadOnlyDictionary<string, string[]> Errors(byte[] file, int athletesPerBib = 1)
    {
        Assert.Empty(StartListCsv.Read(file, athletesPerBib, out var errors));
        return errors;
    }
}
