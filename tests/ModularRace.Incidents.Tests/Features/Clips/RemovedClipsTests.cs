using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Features.Clips;
using ModularRace.Incidents.Features.OnServer.Keeping;
using ModularRace.Incidents.Features.Reading;
using ModularRace.Shared.Access;
using ModularRace.Shared.Records;
using Npgsql;

namespace ModularRace.Incidents.Tests.Features.Clips;

/// <summary>A removal and what happens at the same time, or after it: nothing goes that is held, and nothing comes back by what is sent again.</summary>
public sealed class RemovedClipsTests(CloudModules modules) : IClassFixture<CloudModules>
{
    private readonly Filming filming = new(modules);

    [Fact]
    public async Task A_hold_that_was_answered_before_the_removal_had_its_turn_wins()
    {
        var course = await Course.Of(modules);
        var film = await filming.FilmedAsync(course, bib: 1);
        await Filming.DecideAsync(course, film);
        await filming.DueAsync(course);
        await using var connection = await modules.Sql.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await SendAsync(connection, $"SELECT pg_advisory_xact_lock(hashtextextended('{RaceLock.Scope}:{course.Race}', 0))");
        // Both wait for the race, the hold before the removal, which found the clip when nothing held it.
        var hold = modules.Send(new HoldClips(course.Competition, null, film.Incident, null), course.Jury);
        await WaitingAsync(1, hold);
        var removal = modules.Send(new ReleaseClip(film.Sha256), Actor.System);
        await WaitingAsync(2, removal);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        Assert.True((await hold).Created);
        Assert.False(await removal);
        Assert.True(filming.Lies(film.Sha256));
    }

    [Fact]
    public async Task A_rule_that_is_lifted_while_a_removal_looks_waits_for_it_or_stops_it()
    {
        var course = await Course.Of(modules);
        var film = await filming.FilmedAsync(course, bib: 1);
        await Filming.DecideAsync(course, film);
        await filming.DueAsync(course);
        await using var connection = await modules.Sql.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await SendAsync(connection, $"DELETE FROM incidents.clip_rules WHERE competition_uuid = '{course.Competition}'");
        var removal = modules.Send(new ReleaseClip(film.Sha256), Actor.System);
        await WaitingAsync(1, removal);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        Assert.False(await removal);
        Assert.True(filming.Lies(film.Sha256));
    }

    [Fact]
    public async Task A_host_that_died_between_the_word_and_the_bytes_leaves_the_rest_to_the_next_run()
    {
        var course = await Course.Of(modules);
        var film = await filming.FilmedAsync(course, bib: 1);
        await Filming.DecideAsync(course, film);
        await filming.DueAsync(course);
        Assert.True(await modules.Send(new ReleaseClip(film.Sha256), Actor.System));
        Assert.True(filming.Lies(film.Sha256));
        Assert.False((await course.Read(film.Incident)).Reports[0].Clip!.Here);
        await modules.Send(new SweepClips());
        await modules.Send(new RemoveDueClips());
        Assert.False(filming.Lies(film.Sha256));
        Assert.Equal(0, (await modules.Sql.QueryAsync<long>($"SELECT count(*) FROM incidents.clips WHERE sha256 = '{film.Sha256}'")).Single());
        Assert.Equal(0, (await modules.Sql.QueryAsync<long>("SELECT count(*) FROM incidents.removed_clips WHERE noted_at IS NULL")).Single());
    }

    [Fact]
    public async Task A_case_of_another_race_that_names_it_since_the_removal_looked_has_its_turn_before_it_goes()
    {
        var (course, other) = (await Course.Of(modules), await Course.Of(modules));
        var film = await filming.FilmedAsync(course, bib: 1);
        await Filming.DecideAsync(course, film);
        await filming.DueAsync(course);
        await filming.DueAsync(other);
        await using var connection = await modules.Sql.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await SendAsync(connection, $"SELECT pg_advisory_xact_lock(hashtextextended('{RaceLock.Scope}:{course.Race}', 0))");
        var removal = modules.Send(new ReleaseClip(film.Sha256), Actor.System);
        await WaitingAsync(1, removal);
        // It would go from there as well, but nobody of that race was kept from speaking.
        var same = await filming.FilmedAsync(other, bib: 1, bytes: film.Bytes);
        await Filming.DecideAsync(other, same);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        Assert.False(await removal);
        Assert.True(filming.Lies(film.Sha256));
        Assert.Equal(1, await modules.Send(new RemoveDueClips()));
        Assert.False(filming.Lies(film.Sha256));
    }

    [Fact]
    public async Task What_is_brought_for_another_report_between_the_word_and_the_bytes_keeps_them()
    {
        var course = await Course.Of(modules);
        var film = await filming.FilmedAsync(course, bib: 1);
        await Filming.DecideAsync(course, film);
        await filming.DueAsync(course);
        Assert.True(await modules.Send(new ReleaseClip(film.Sha256), Actor.System));
        var second = await filming.FilmedAsync(course, bib: 2, bytes: film.Bytes);
        Assert.False(await modules.Send(new DropRemovedClip(film.Sha256), Actor.System));
        Assert.True(filming.Lies(film.Sha256));
        Assert.True((await course.Read(second.Incident)).Reports[0].Clip!.Here);
    }

    [Fact]
    public async Task It_does_not_come_back_by_an_upload_that_was_on_its_way_and_another_report_may_bring_it()
    {
        var course = await Course.Of(modules);
        var film = await filming.FilmedAsync(course, bib: 1);
        await Filming.DecideAsync(course, film);
        await filming.DueAsync(course);
        // As if it had been announced before the first one was there.
        var begun = (await modules.Sql.QueryAsync<Guid>(
            $"""
             INSERT INTO incidents.clip_uploads (upload_uuid, report_uuid, competition_uuid, owner, sha256, length, received, touched_at)
             SELECT gen_random_uuid(), report_uuid, competition_uuid, owner, sha256, length, 0, touched_at FROM incidents.clip_uploads WHERE report_uuid = '{film.Report}' RETURNING upload_uuid
             """)).Single();
        await modules.Send(new RemoveDueClips());
        await course.Refused(new BeginClip(film.Report, film.Size, film.Sha256), 409, "clip_removed");
        Assert.Equal(film.Size, (await course.Send(new WriteClip(begun, 0, null, film.Size, new MemoryStream(film.Bytes)))).Offset);
        Assert.False(filming.Lies(film.Sha256));
        Assert.False(File.Exists(Path.Combine(filming.Folder, "incoming", begun.ToString("N"))));
        // Nor where a host died before it came to that.
        var stray = Path.Combine(filming.Folder, film.Sha256[..2], film.Sha256);
        await File.WriteAllBytesAsync(stray, film.Bytes, TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(stray, modules.Time.GetUtcNow().UtcDateTime.AddDays(-2));
        await modules.Send(new SweepClips());
        Assert.False(filming.Lies(film.Sha256));
        Assert.Equal([film.Sha256], await modules.Send(new FindRemovedClips([film.Sha256, new string('e', 64)])));

        // What another report says is its own: it is here for that one, and gone for the first.
        var second = await filming.FilmedAsync(course, bib: 2, bytes: film.Bytes);
        Assert.True(filming.Lies(film.Sha256));
        Assert.True((await course.Read(second.Incident)).Reports[0].Clip!.Here);
        Assert.Equal((false, true), ((await course.Read(film.Incident)).Reports[0].Clip!.Here, (await course.Read(film.Incident)).Reports[0].Clip!.RemovedAt is not null));
        await course.Refused(new ServeClip(film.Report), 404, "not_found");
        Assert.Empty(await modules.Send(new FindRemovedClips([film.Sha256])));
        Assert.Equal(["removed"], await FiltersAsync(course, film.Incident));
        Assert.Equal(["stored"], await FiltersAsync(course, second.Incident));
    }

    private static async Task<IReadOnlyList<string>> FiltersAsync(Course course, Guid incident)
    {
        var found = new List<string>();
        foreach (var filter in ClipFilters.All.Except(["with", "without"]))
            if ((await course.Send(new ListIncidents(course.Race, Clip: filter), course.Jury)).Items.Any(i => i.ClientUuid == incident))
                found.Add(filter);
        return found;
    }

    private static async Task SendAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Until so many wait for a lock, or one that should does not.</summary>
    private async Task WaitingAsync(int count, Task waiting)
    {
        while (!waiting.IsCompleted && (await modules.Sql.QueryAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")).Single() < count)
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }
}
