using System.Text;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Features.Catalogues;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;

namespace ModularRace.Competitions.Tests.Catalogues;

public sealed class CatalogueTests(CloudModules cloud) : IClassFixture<CloudModules>
{
    [Fact]
    public async Task A_preview_tells_each_line_that_would_change_and_changes_none()
    {
        var competition = (await cloud.CompetitionAsync()).ClientUuid;
        var before = await WriteAsync(competition, [Penalty("1.1", "Gate"), Penalty("1.2", "Skins"), Penalty("1.3", "Helmet")]);
        var file = Read("code;name;position\n1.1;Gate missed;1\n1.3;Helmet;3\n1.4;Poles;4\n");
        var preview = await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, file, Preview: true));
        Assert.Equal((1, 1, 1, 1), (preview.Created, preview.Updated, preview.Unchanged, preview.Removed));
        Assert.Equal(
            [("updated", "Gate", "Gate missed"), ("removed", "Skins", null), ("created", null, "Poles")],
            preview.Changes.Select(c => (c.Change, c.Before?.Name, c.After?.Name)));
        Assert.Equal(["1.1", "1.3", "1.4"], preview.Items.Select(i => i.Code));
        var stored = await ReadAsync(competition);
        Assert.Equal(before.Items, stored.Items);
        Assert.Equal((before.Tag, before.Tag), (stored.Tag, preview.Tag));

        var written = await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, file));
        Assert.Equal((preview.Created, preview.Updated, preview.Unchanged, preview.Removed), (written.Created, written.Updated, written.Unchanged, written.Removed));
        Assert.Equal(preview.Items.Select(i => (i.Code, i.Name)), (await ReadAsync(competition)).Items.Select(i => (i.Code, i.Name)));
        var again = await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, file));
        Assert.Equal((0, 0, 3, 0, written.Tag), (again.Created, again.Updated, again.Unchanged, again.Removed, again.Tag));
    }

    [Fact]
    public async Task Merging_leaves_what_the_list_does_not_name_and_puts_what_is_new_last()
    {
        var competition = (await cloud.CompetitionAsync()).ClientUuid;
        await WriteAsync(competition, [Penalty("A", "One"), Penalty("B", "Two"), Penalty("C", "Sprint's own") with { Discipline = "sprint" }]);
        var merged = await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, Read("code,name\nB,Second\nD,New\n"), "merge"));
        Assert.Equal((1, 1, 0, 0), (merged.Created, merged.Updated, merged.Unchanged, merged.Removed));
        Assert.Equal([("A", 1), ("B", 2), ("C", 3), ("D", 4)], merged.Items.Select(i => (i.Code!, i.Position!.Value)));
        var less = await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, [Penalty("A") with { Deleted = true }, Penalty("never there") with { Deleted = true }], "merge"));
        Assert.Equal((0, 1), (less.Created, less.Removed));
        Assert.Equal(["B", "C", "D"], less.Items.Select(i => i.Code));
    }

    [Fact]
    public async Task Two_who_change_the_catalogue_at_once_do_not_overwrite_each_other_unseen()
    {
        var competition = (await cloud.CompetitionAsync()).ClientUuid;
        var first = await WriteAsync(competition, [Penalty("A", "One"), Penalty("B", "Two")]);
        var (a, b) = (first.Items[0], first.Items[1]);
        CatalogueItem Edit(CatalogueEntryView line, string name) => Penalty(line.Code!, name) with { ClientUuid = line.ClientUuid, Revision = line.Revision };
        await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, [Edit(a, "Uno")], "merge"));

        // Another line does not matter to this one; the same one does, and so does the whole where it was sent whole.
        await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, [Edit(b, "Due")], "merge"));
        Assert.Equal("stale_revision", await RefusedAsync(new WriteCatalogue(competition, CatalogueKind.Penalties, [Edit(a, "Eins")], "merge")));
        Assert.Equal("stale_revision", await RefusedAsync(new WriteCatalogue(competition, CatalogueKind.Penalties, [], IfMatch: $"\"{first.Tag}\"")));
        // Sent twice it is no second edit.
        await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, [Edit(a, "Uno")], "merge"));

        var now = await ReadAsync(competition);
        Assert.Equal(["Uno", "Due"], now.Items.Select(i => i.Name));
        await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, [Penalty("A") with { ClientUuid = a.ClientUuid, Deleted = true }], "merge", IfMatch: $"\"{now.Tag}\""));
        Assert.Equal("stale_revision", await RefusedAsync(new WriteCatalogue(competition, CatalogueKind.Penalties, [Edit(now.Items[0], "Ein")], "merge")));
        Assert.Equal(["B"], (await ReadAsync(competition)).Items.Select(i => i.Code));
    }

    [Fact]
    public async Task A_line_that_says_what_another_says_is_refused_where_lines_are_added()
    {
        var competition = (await cloud.CompetitionAsync()).ClientUuid;
        await WriteAsync(competition, [Penalty("A"), Penalty("B")]);
        var twice = await Assert.ThrowsAsync<Problem>(() =>
            cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, [Penalty("A") with { ClientUuid = Guid.Parse("0190a000-0000-7000-8000-0000000000a1") }], "merge")));
        Assert.Equal(["items[0].code"], twice.Errors!.Keys);
        await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, [Penalty("A") with { Discipline = "sprint", ClientUuid = Guid.Parse("0190a000-0000-7000-8000-0000000000a2") }], "merge"));
        Assert.Equal(3, (await ReadAsync(competition)).Items.Count);
    }

    [Fact]
    public void What_is_wrong_with_a_file_is_told_by_line()
    {
        var refused = Assert.Throws<Problem>(() => Read(
            $"code,name,discipline,position,client_uuid\nA,One,Mixed relay,1,\n,No code,,,\nB,{new string('x', 201)},,,\nC,,ski,,\nD,,,first,\nE,,,-1,\nF,,,,not-a-uuid\n\nA,Again,mixed_relay,,\nG,,,100001,\n"));
        Assert.Equal(["line 3", "line 4", "line 5", "line 6", "line 7", "line 8", "line 10", "line 11"], refused.Errors!.Keys);
        Assert.Equal(["code is missing."], refused.Errors["line 3"]);
        Assert.Contains("name: It has 201 characters", refused.Errors["line 4"][0], StringComparison.Ordinal);
        Assert.Contains("discipline: It is one of individual", refused.Errors["line 5"][0], StringComparison.Ordinal);
        Assert.Equal(["It is in line 2 already."], refused.Errors["line 10"]);
        Assert.Contains("position: It is a whole number", refused.Errors["line 11"][0], StringComparison.Ordinal);
        Assert.Equal("mixed_relay", Assert.Single(Read("code,discipline\nA,Mixed Relay\n")).Discipline);
        Assert.Equal("There is no header row: it names code.", Assert.Throws<Problem>(() => Read("1.1,Gate\n")).Errors!["line 1"][0]);
    }

    [Fact]
    public async Task A_file_that_one_competition_saved_is_taken_by_another()
    {
        var one = (await cloud.CompetitionAsync()).ClientUuid;
        var other = (await cloud.CompetitionAsync()).ClientUuid;
        var written = await WriteAsync(one, [Penalty("A", "One"), Penalty("B", "-2 min") with { Discipline = "team", Language = "fr" }]);
        var saved = CatalogueCsv.Write(written.Items, CatalogueKind.Penalties);
        foreach (var created in new[] { 2, 0 })
        {
            var taken = await cloud.Send(new WriteCatalogue(other, CatalogueKind.Penalties, Read(saved)));
            Assert.Equal((created, 2 - created, 0), (taken.Created, taken.Unchanged, taken.Updated));
            Assert.Equal(written.Items.Select(i => (i.Code, i.Name, i.Discipline, i.Language, i.Position)), taken.Items.Select(i => (i.Code, i.Name, i.Discipline, i.Language, i.Position)));
            Assert.Empty(taken.Items.Select(i => i.ClientUuid).Intersect(written.Items.Select(i => i.ClientUuid)));
        }

        // A program that says an identity means it.
        Assert.Equal("uuid_taken", await RefusedAsync(new WriteCatalogue(other, CatalogueKind.Penalties, [Penalty("A") with { ClientUuid = written.Items[0].ClientUuid }])));
    }

    [Fact]
    public async Task A_race_is_offered_each_code_once_as_its_discipline_means_it()
    {
        var competition = (await cloud.CompetitionAsync()).ClientUuid;
        var (sprint, team) = ((await cloud.RaceAsync("sprint", competition)).ClientUuid, (await cloud.RaceAsync("team", competition)).ClientUuid);
        await WriteAsync(
            competition,
            [
                Penalty("3.2", "Missed gate, 3 min"), Penalty("3.2", "Missed gate, 10 s") with { Discipline = "sprint" }, Penalty("5", "Rope") with { Discipline = "team" },
                Penalty("7", "Casco") with { Language = "it" }, Penalty("7", "Helmet") with { Language = "en" }, Penalty("9"),
            ]);
        Assert.Equal([("3.2", "Missed gate, 10 s"), ("7", "Helmet"), ("9", null)], (await cloud.Send(new FindPenaltiesOfRace(sprint))).Select(p => (p.Code, p.Name)));
        Assert.Equal([("3.2", "Missed gate, 3 min"), ("5", "Rope"), ("7", "Helmet"), ("9", null)], (await cloud.Send(new FindPenaltiesOfRace(team))).Select(p => (p.Code, p.Name)));
        Assert.Empty(await cloud.Send(new FindPenaltiesOfRace(competition)));
    }

    [Fact]
    public async Task Nobody_but_an_admin_of_the_competition_changes_it()
    {
        var competition = (await cloud.CompetitionAsync()).ClientUuid;
        foreach (var actor in new[] { ModuleHost.Person("Jo", Roles.JuryPresident), ModuleHost.Person("Ed", Roles.Admin, Guid.Parse("0190a000-0000-7000-8000-0000000000ff")) })
            Assert.Equal(403, (await Assert.ThrowsAsync<Problem>(() => cloud.Send(new WriteCatalogue(competition, CatalogueKind.Phrases, [], Preview: true), actor))).Status);
        await cloud.Send(new WriteCatalogue(competition, CatalogueKind.Phrases, []), ModuleHost.Person("Ea", Roles.Admin, competition));
    }

    private static CatalogueItem Penalty(string code, string? name = null) => new(null, code, null, name, null, null, null, null);

    private static IReadOnlyList<CatalogueItem> Read(string csv) => CatalogueCsv.Read(Encoding.UTF8.GetBytes(csv), CatalogueKind.Penalties);

    private Task<CatalogueWritten> WriteAsync(Guid competition, IReadOnlyList<CatalogueItem> items) => cloud.Send(new WriteCatalogue(competition, CatalogueKind.Penalties, items));

    private async Task<(IReadOnlyList<CatalogueEntryView> Items, string Tag)> ReadAsync(Guid competition)
    {
        var read = await cloud.Send(new ReadCatalogue(competition, CatalogueKind.Penalties));
        return (read.Items, read.Tag);
    }

    private async Task<string> RefusedAsync(WriteCatalogue message) => (await Assert.ThrowsAsync<Problem>(() => cloud.Send(message))).Code;
}
