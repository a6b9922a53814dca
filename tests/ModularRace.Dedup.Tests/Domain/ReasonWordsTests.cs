using System.Globalization;
using ModularRace.Dedup.Domain;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup.Tests.Domain;

/// <summary>A reason that is kept is English whatever the page speaks from which it came about, and a page says it in its own words.</summary>
public sealed class ReasonWordsTests
{
    private static readonly string?[] Places = [null, "Gate 3", "Transition 1 (upper)", "At the hut; left"];
    private static readonly string?[] Names = [null, "Ines on Pi Start", "Jo (admin, cloud)"];

    public ReasonWordsTests() => DeskWords.Learn([typeof(ReasonWords).Assembly]);

    public static TheoryData<string> Languages => [.. PageLanguages.All];

    [Theory]
    [MemberData(nameof(Languages))]
    public void What_is_kept_is_English_and_is_said_as_it_would_be_made_in_the_pages_language(string language)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
        foreach (var make in Sentences())
        {
            var kept = make(ReasonWords.Kept);
            Assert.Equal(InEnglish(() => make(ReasonWords.Spoken)), kept);
            Assert.Equal(make(ReasonWords.Spoken), ReasonWords.Said(kept));
            if (language != PageLanguages.Usual) Assert.NotEqual(kept, ReasonWords.Said(kept));
        }
    }

    [Theory]
    [InlineData("Somebody's own words.")]
    [InlineData("")]
    [InlineData("Bib 4 at Gate 3: something else")]
    public void What_was_not_made_here_is_said_as_it_is(string kept)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("de");
        Assert.Equal(kept, ReasonWords.Said(kept));
    }

    [Theory]
    [InlineData("fr", "Dossard 42 à Gate 3")]
    [InlineData("de", "Startnummer 42 bei Gate 3")]
    public void A_sentence_is_in_the_words_of_the_language(string language, string said)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
        Assert.Equal(said, ReasonWords.Spoken.Who(42, "Gate 3"));
        Assert.Equal("Bib 42 at Gate 3", ReasonWords.Kept.Who(42, "Gate 3"));
    }

    private static IEnumerable<Func<ReasonWords, string>> Sentences()
    {
        yield return w => w.PutTogether("Ines Rossi");
        foreach (var place in Places)
            foreach (var by in Names)
                foreach (var bib in (int?[])[42, null])
                {
                    string Saw(ReasonWords w, string clock, string? off) => w.Saw(clock, place, noPlace: place is null && by is not null, by, off);
                    string Apart(ReasonWords w) => w.Reports("8.1 s", Saw(w, "10:30:12", null), Saw(w, "10:30:20", "+47.0 s"));
                    yield return w => w.Joined(w.Who(bib, place), Apart(w), null);
                    yield return w => w.Joined(w.Who(bib, place), Apart(w), by ?? "Ines Rossi");
                    yield return w => w.LeftApart(w.Who(bib, place), Apart(w), [w.Why(NotJoined.NoPlace), w.Why(NotJoined.TooFar), w.Why(NotJoined.ToldApart)]);
                }
    }

    private static string InEnglish(Func<string> make)
    {
        var culture = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        try
        {
            return make();
        }
        finally
        {
            CultureInfo.CurrentUICulture = culture;
        }
    }
}
