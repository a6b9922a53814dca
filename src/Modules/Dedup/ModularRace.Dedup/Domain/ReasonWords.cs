using System.Globalization;
using System.Text.RegularExpressions;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup.Domain;

/// <summary>
/// The sentences that give reasons. One that is kept or sent is English, in whatever language the page speaks from which it
/// came about; a page says it in its own.
/// </summary>
internal sealed partial class ReasonWords
{
    /// <summary>For what is stored, and for what devices are told.</summary>
    public static readonly ReasonWords Kept = new(spoken: false);

    /// <summary>For the answer to a page, or to the API, for which the host sets no other language than English.</summary>
    public static readonly ReasonWords Spoken = new(spoken: true);

    private readonly bool spoken;

    private ReasonWords(bool spoken) => this.spoken = spoken;

    /// <summary>A kept sentence as the page says it; one that was not made here, or otherwise, as it is.</summary>
    public static string Said(string kept)
    {
        if (DeskWords.Language == PageLanguages.Usual) return kept;
        if (PutTogetherForm.Match(kept) is { Success: true } said) return Spoken.PutTogether(said.Groups["by"].Value);
        if (ReasonForm.Match(kept) is not { Success: true } m) return kept;
        var who = Spoken.Who(m.Groups["bib"] is { Success: true } bib ? int.Parse(bib.Value, CultureInfo.InvariantCulture) : null, Text(m.Groups["place"]));
        var apart = Spoken.Reports(m.Groups["span"].Value, SaidSaw(m.Groups["first"].Value), SaidSaw(m.Groups["second"].Value));
        return m.Groups["why"] is { Success: true } why ? Spoken.LeftApart(who, apart, why.Value.Split(", ").Select(SaidWhy)) : Spoken.Joined(who, apart, Text(m.Groups["by"]));
    }

    /// <summary>Of a kept suggestion why the two were not joined.</summary>
    public static string SaidWhyNot(string kept) =>
        string.Join(", ", kept[(kept.LastIndexOf(": ", StringComparison.Ordinal) + 2)..].Split(", ").Select(SaidWhy));

    /// <summary>"Bib 42 at Transition 1".</summary>
    public string Who(int? bib, string? place) => (bib, place) switch
    {
        ({ } number, { } at) => Say("Bib {0} at {1}", number, at),
        ({ } number, null) => Say("Bib {0}", number),
        (null, { } at) => Say("No bib at {0}", at),
        _ => Say("No bib"),
    };

    public string Reports(string span, string first, string second) => Say("two reports {0} apart ({1}; {2})", span, first, second);

    public string Incidents(string span, string first, string second) => Say("two incidents {0} apart ({1}; {2})", span, first, second);

    /// <summary>"10:30:12 at Gate 3 by Pi Start, clock corrected by +47 s".</summary>
    /// <param name="place">Null: it is not told.</param>
    /// <param name="noPlace">It is told that there is none.</param>
    public string Saw(string clock, string? place, bool noPlace, string? by, string? correction)
    {
        var saw = (noPlace, place, by) switch
        {
            (true, _, null) => Say("{0}, no place given||a time", clock),
            (true, _, _) => Say("{0}, no place given, by {1}||a time and who saw it", clock, by),
            (_, null, null) => clock,
            (_, null, _) => Say("{0} by {1}||a time and who saw it", clock, by),
            (_, _, null) => Say("{0} at {1}||a time and a place", clock, place),
            _ => Say("{0} at {1} by {2}||a time, a place and who saw it", clock, place, by),
        };
        return correction is null ? saw : Say("{0}, clock corrected by {1}", saw, correction);
    }

    /// <param name="by">Who put them together; null: the rule.</param>
    public string Joined(string who, string apart, string? by) => by is null ? Colon(who, apart) : Say("{0}: {1}; put together by {2}", who, apart, by);

    public string PutTogether(string? by) => Say("Put together by {0}", by);

    public string LeftApart(string who, string apart, IEnumerable<string> whys) => Say("{0}: {1}. Not joined: {2}", who, apart, string.Join(", ", whys));

    public string Why(NotJoined why) => why switch
    {
        NotJoined.NoPlace => Say("no place was given"),
        NotJoined.OtherPlace => Say("they are at different places"),
        NotJoined.TooFar => Say("they are more than 30 s apart"),
        NotJoined.Clock => Say("the clock is not known well enough"),
        NotJoined.InConflict => Say("one of them waits in a conflict"),
        _ => Say("joining them would put together what a person told apart"),
    };

    public string Colon(string what, string told) => Say("{0}: {1}||what it is about, and what is told of it", what, told);

    private static string SaidWhy(string kept) =>
        Enum.GetValues<NotJoined>().Select(w => (Word: w, Text: Kept.Why(w))).Where(w => w.Text == kept).Select(w => Spoken.Why(w.Word)).FirstOrDefault(kept);

    private static string SaidSaw(string kept) => SawForm.Match(kept) is { Success: true } m
        ? Spoken.Saw(m.Groups["clock"].Value, Text(m.Groups["place"]), m.Groups["none"].Success, Text(m.Groups["by"]), Text(m.Groups["off"]))
        : kept;

    private static string? Text(Group group) => group.Success ? group.Value : null;

    private string Say(string english, params object?[] values) => spoken
        ? DeskWords.Say(english, values)
        : string.Format(CultureInfo.InvariantCulture, english.Split("||")[0], values);

    [GeneratedRegex("^Put together by (?<by>.+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PutTogetherForm { get; }

    [GeneratedRegex(@"^(Bib (?<bib>\d{1,9})|No bib)( at (?<place>.+?))?: two reports (?<span>[^()]+) apart \((?<first>\d\d:\d\d:\d\d.*?); (?<second>\d\d:\d\d:\d\d.*?)\)(; put together by (?<by>.+)|\. Not joined: (?<why>.+))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReasonForm { get; }

    [GeneratedRegex(@"^(?<clock>\d\d:\d\d:\d\d)((?<none>, no place given),?| at (?<place>.+?))?( by (?<by>.+?))?(, clock corrected by (?<off>[+−].+))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SawForm { get; }
}

/// <summary>Why the rule left two near ones apart.</summary>
internal enum NotJoined
{
    NoPlace,
    OtherPlace,
    TooFar,
    Clock,
    InConflict,
    ToldApart,
}
