using ModularRace.Dedup.Domain;

namespace ModularRace.Dedup.Tests.Domain;

/// <summary>R7: between which versions a field was in dispute, and whose values were in it.</summary>
public sealed class SpansTests
{
    private static readonly Dictionary<string, IReadOnlyList<string>> Nobody = new(StringComparer.Ordinal);

    [Fact]
    public void A_dispute_begins_at_its_version_names_who_joins_and_ends_with_the_version_that_has_it_no_more()
    {
        var spans = Spans.Follow([], Of(("description", ["pi/b", "pi/a"])), 3);
        Same([new DisputedSpan("description", 3, Spans.Open, ["pi/a", "pi/b"])], spans);
        spans = Spans.Follow(spans, Of(("description", ["pi/c", "pi/b"])), 4);
        Same([new DisputedSpan("description", 3, Spans.Open, ["pi/a", "pi/b", "pi/c"])], spans);
        spans = Spans.Follow(spans, Nobody, 6);
        Same([new DisputedSpan("description", 3, 6, ["pi/a", "pi/b", "pi/c"])], spans);

        // What is over stays as it was; the field's next dispute is one of its own.
        spans = Spans.Follow(spans, Of(("description", ["pi/d", "cloud"])), 9);
        Same([new DisputedSpan("description", 3, 6, ["pi/a", "pi/b", "pi/c"]), new DisputedSpan("description", 9, Spans.Open, ["cloud", "pi/d"])], spans);
    }

    [Fact]
    public void Fields_begin_and_end_each_by_itself_in_order()
    {
        var spans = Spans.Follow([], Of(("description", ["a", "b"]), ("bib_number", ["a", "b"])), 2);
        Assert.Equal(["bib_number", "description"], spans.Select(s => s.Field));
        spans = Spans.Follow(spans, Of(("description", ["a", "b"]), ("status", ["a", "b"])), 5);
        Assert.Equal([("bib_number", 2, 5), ("description", 2, Spans.Open), ("status", 5, Spans.Open)], spans.Select(s => (s.Field, s.From, s.To)));
        Assert.All(Spans.End(spans, 7), s => Assert.True(s.To is 5 or 7, $"{s.Field} ends with {s.To}"));
    }

    [Fact]
    public void They_come_back_from_the_database_as_they_went()
    {
        var spans = Spans.Follow([], Of(("description", ["pi/a", "pi/b"])), 3);
        Same(spans, Spans.Read(Spans.Write(spans)));
        Assert.Empty(Spans.Read("[]"));
        Assert.Empty(Spans.Read("null"));
    }

    private static Dictionary<string, IReadOnlyList<string>> Of(params (string Field, string[] Sides)[] disputing) =>
        disputing.ToDictionary(d => d.Field, d => (IReadOnlyList<string>)d.Sides, StringComparer.Ordinal);

    private static void Same(IEnumerable<DisputedSpan> expected, IEnumerable<DisputedSpan> found) =>
        Assert.Equal(expected.Select(Text), found.Select(Text));

    private static string Text(DisputedSpan span) => $"{span.Field} {span.From}-{span.To} {string.Join(",", span.Sides)}";
}
