using System.Text.Json.Nodes;
using ModularRace.Competitions.Contracts.Erasing;

namespace ModularRace.Competitions.Tests.Erasing;

public sealed class ErasedNamesTests
{
    private static readonly ErasedNames Everybody = new([("Anna-Lena", "D'Agostino"), ("Jörg", "Müller"), ("Li", "Wu"), ("Ole", "de Wit")], ["Maria Rossi (referee, Pi 1)", "Referee"], everybody: true);

    [Theory]
    [InlineData("D'Agostino cut in", "erased cut in")]
    [InlineData("MULLER, Jorg, then jörg  müller", "erased, then erased")]
    [InlineData("Anna Lena D’Agostino and Anna Lenz", "erased and Anna Lenz")]
    [InlineData("Müllers hut, a muller, Müller.", "Müllers hut, a muller, erased.")]
    [InlineData("Wu stood by Li Wu", "Wu stood by erased")]
    [InlineData("De Wit and de Wit and wit", "erased and erased and wit")]
    [InlineData("Rossi said so, Maria Rossi too; the referee saw it", "erased said so, erased too; the referee saw it")]
    [InlineData("", "")]
    [InlineData("Gate 3 left out", "Gate 3 left out")]
    public void A_text_loses_the_names_and_nothing_else(string text, string without) => Assert.Equal(without, Everybody.Text(text));

    [Theory]
    [InlineData("Maria Rossi (referee, Pi 1)", "erased (referee, Pi 1)")]
    [InlineData("Somebody Else (admin, cloud)", "erased (admin, cloud)")]
    [InlineData("Referee", "erased")]
    [InlineData("ModularRace (cloud)", "ModularRace (cloud)")]
    [InlineData("rule", "rule")]
    [InlineData("erased (referee, Pi 1)", "erased (referee, Pi 1)")]
    public void A_signature_keeps_role_and_system(string signature, string without) => Assert.Equal(without, Everybody.Signature(signature));

    [Fact]
    public void Of_one_person_only_that_one_goes()
    {
        var one = new ErasedNames([], ["maria rossi"], everybody: false);
        Assert.Equal("erased (referee, Pi 1)", one.Signature("Maria Rossi (referee, Pi 1)"));
        Assert.Equal("Mario Rossi (referee, Pi 1)", one.Signature("Mario Rossi (referee, Pi 1)"));
        Assert.Equal("seen by erased", one.Text("seen by Maria Rossi"));
    }

    [Fact]
    public void A_sentence_of_the_software_says_by_whom_no_longer() =>
        Assert.Equal(
            "Bib 4: two reports 18 s apart (10:30:12 by erased on Pi 1, clock corrected by +47 s; 10:30:30 by VAR 2; 10:31:00 by Pi 1); put together by erased (admin, cloud)",
            Everybody.Sentence("Bib 4: two reports 18 s apart (10:30:12 by Referee on Pi 1, clock corrected by +47 s; 10:30:30 by VAR 2; 10:31:00 by Pi 1); put together by Maria Rossi (admin, cloud)"));

    [Fact]
    public void A_record_loses_them_at_whatever_depth_and_only_where_people_are_named()
    {
        var record = JsonNode.Parse("""{"by": "Maria Rossi", "system": "Maria Rossi", "changes": {"description": ["Müller", null], "decided_by": [null, "X Y (admin, cloud)"], "bib_number": [1, 2]}, "clip": {"note": "Müller"}}""")!;
        Assert.True(Everybody.Rewrite(record));
        Assert.Equal("""{"by":"erased","system":"Maria Rossi","changes":{"description":["erased",null],"decided_by":[null,"erased (admin, cloud)"],"bib_number":[1,2]},"clip":{"note":"erased"}}""", record.ToJsonString());
        Assert.False(Everybody.Rewrite(record));
    }
}
