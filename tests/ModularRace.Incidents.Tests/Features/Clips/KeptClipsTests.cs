using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Clips;
using ModularRace.Incidents.Features.Deciding;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Incidents.Features.OnServer.Keeping;
using ModularRace.Shared.Access;

namespace ModularRace.Incidents.Tests.Features.Clips;

/// <summary>Clips go by their competition's rule, reports never; and what somebody has still to look at stays with its clip.</summary>
public sealed class KeptClipsTests(CloudModules modules) : IClassFixture<CloudModules>
{
    private readonly Filming filming = new(modules);

    [Fact]
    public async Task Nothing_goes_without_a_rule_and_what_the_preview_says_goes_when_the_rule_is_due_and_no_hour_earlier()
    {
        var course = await Course.Of(modules);
        var decided = await filming.FilmedAsync(course, bib: 1);
        await Filming.DecideAsync(course, decided);
        var pending = await filming.FilmedAsync(course, bib: 2);
        var rule = await modules.Send(new ReadClipRetention(course.Competition));
        Assert.Equal((null, null, 0), (rule.DeleteClipsAfterDays, rule.DueAt, rule.RemovedClips));
        modules.Time.Advance(TimeSpan.FromDays(400));
        await modules.Send(new RemoveDueClips());
        Assert.True(filming.Lies(decided.Sha256));

        // Set long after it would have been due: nothing goes on that day.
        rule = await modules.Send(new SetClipRetention(course.Competition, 30));
        var preview = await modules.Send(new PreviewClipRetention(course.Competition, null));
        Assert.Equal((30, modules.Time.GetUtcNow() + ClipRule.Grace, 1, decided.Size), (preview.DeleteClipsAfterDays, preview.NextRunAt, preview.Clips, preview.Bytes));
        var staying = Assert.Single(preview.Staying);
        Assert.Equal(("not_official", 1, pending.Size, pending.Incident), (staying.Reason, staying.Clips, staying.Bytes, Assert.Single(staying.Incidents).ClientUuid));
        modules.Time.Advance(ClipRule.Grace - TimeSpan.FromMinutes(1));
        Assert.Equal(0, await modules.Send(new RemoveDueClips()));
        Assert.True(filming.Lies(decided.Sha256));

        modules.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(preview.Clips, await modules.Send(new RemoveDueClips()));
        Assert.Equal((false, true), (filming.Lies(decided.Sha256), filming.Lies(pending.Sha256)));
        rule = await modules.Send(new ReadClipRetention(course.Competition));
        Assert.Equal((preview.Clips, preview.Bytes, modules.Time.GetUtcNow()), (rule.RemovedClips, rule.RemovedBytes, rule.RemovedAt));

        // The report says all that it said, and that the clip went; nobody is served it.
        var clip = (await course.Read(decided.Incident)).Reports[0].Clip!;
        Assert.Equal((decided.Sha256, decided.Size, "video/mp4", "stored", false, false, modules.Time.GetUtcNow()), (clip.Sha256, clip.SizeBytes, clip.ContentType, clip.State, clip.Here, clip.Poster, clip.RemovedAt));
        Assert.NotNull(clip.DurationMs);
        Assert.Contains("went by the competition's rule", (await course.Refused(new ServeClip(decided.Report), 404, "not_found")).Message, StringComparison.Ordinal);
        Assert.Null((await course.Read(pending.Incident)).Reports[0].Clip!.RemovedAt);

        // Once, and once in the audit trail.
        Assert.Equal(0, await modules.Send(new RemoveDueClips()));
        Assert.Equal(0, (await modules.Sql.QueryAsync<long>("SELECT count(*) FROM incidents.removed_clips WHERE noted_at IS NULL")).Single());
    }

    [Fact]
    public async Task A_rule_counts_from_the_last_day_at_the_venue()
    {
        var course = await Course.Of(modules);
        var rule = await modules.Send(new SetClipRetention(course.Competition, 3650));
        // The ninth of February in Oslo, so many days on.
        Assert.Equal(new DateTimeOffset(2026, 2, 8, 0, 0, 0, TimeSpan.FromHours(1)).AddDays(3650), rule.DueAt);
        Assert.Equal(rule.DueAt, (await modules.Send(new PreviewClipRetention(course.Competition, null))).NextRunAt);
        Assert.Null((await modules.Send(new SetClipRetention(course.Competition, null))).DueAt);
    }

    [Fact]
    public async Task What_somebody_has_still_to_look_at_stays_and_says_why()
    {
        var course = await Course.Of(modules);
        var all = new List<Filmed>();
        for (var bib = 1; bib <= 9; bib++) all.Add(await filming.FilmedAsync(course, bib));
        foreach (var film in all.Skip(1)) await course.Send(new OfficializeIncident(film.Incident), course.Jury);
        foreach (var film in all.Skip(2)) await course.Send(new DecideIncident("no_action") { IncidentUuid = film.Incident }, course.Jury);
        await course.Send(new DecideIncident("pending", Note: "A protest came in.") { IncidentUuid = all[2].Incident }, course.Jury);
        await modules.Send(new HoldClips(course.Competition, null, all[3].Incident, "The federation asks."), course.Jury);
        await filming.ConflictAsync(all[4].Report);
        await filming.QuarantineAsync(all[5].Sha256);
        var gone = all.GetRange(6, 3);

        await filming.DueAsync(course);
        var preview = await modules.Send(new PreviewClipRetention(course.Competition, null));
        Assert.Equal((gone.Count, gone.Sum(g => g.Size)), (preview.Clips, preview.Bytes));
        Assert.Equal(["in_conflict", "in_quarantine", "not_decided", "not_official", "on_hold", "reopened"], preview.Staying.Select(s => s.Reason).Order(StringComparer.Ordinal));
        Assert.Equal(gone.Count, await modules.Send(new RemoveDueClips()));
        Assert.Equal(all.Select(f => !gone.Contains(f)), all.Select(f => filming.Lies(f.Sha256)));

        // Whatever held them is over: they go as well.
        foreach (var film in all.Take(2)) await Filming.DecideAsync(course, film);
        await course.Send(new DecideIncident("rejected", Note: "The protest is rejected.") { IncidentUuid = all[2].Incident }, course.Jury);
        var hold = Assert.Single((await modules.Send(new ListClipHolds(course.Competition), course.Jury)).Items);
        Assert.Equal((all[3].Incident, "The federation asks."), (hold.IncidentUuid, hold.Note));
        await modules.Send(new LiftClipHold(hold.ClientUuid), course.Jury);
        await modules.Sql.ExecuteAsync("UPDATE dedup.sync_conflicts SET resolved_at = now(), resolution = 'closed' WHERE resolved_at IS NULL");
        await modules.Sql.ExecuteAsync("UPDATE sync.quarantine SET state = 'set_aside' WHERE state = 'open'");
        Assert.Equal(6, await modules.Send(new RemoveDueClips()));
        Assert.DoesNotContain(all, f => filming.Lies(f.Sha256));
    }

    [Fact]
    public async Task A_race_on_hold_or_not_over_keeps_all_its_clips()
    {
        var course = await Course.Of(modules);
        var film = await filming.FilmedAsync(course, bib: 1);
        await Filming.DecideAsync(course, film);
        await filming.DueAsync(course);
        var hold = (await modules.Send(new HoldClips(course.Competition, course.Race, null, null), course.Jury)).Hold;
        Assert.False((await modules.Send(new HoldClips(course.Competition, course.Race, null, null), course.Jury)).Created);
        Assert.Equal("Sprint", hold.What);
        await modules.Send(new RemoveDueClips());
        await modules.Send(new LiftClipHold(hold.ClientUuid), course.Jury);
        await modules.Sql.ExecuteAsync($"UPDATE competitions.races SET status = 'in_progress' WHERE client_uuid = '{course.Race}'");
        Assert.Equal("not_over", Assert.Single((await modules.Send(new PreviewClipRetention(course.Competition, null))).Staying).Reason);
        await modules.Send(new RemoveDueClips());
        Assert.True(filming.Lies(film.Sha256));
        await modules.Sql.ExecuteAsync($"UPDATE competitions.races SET status = 'completed' WHERE client_uuid = '{course.Race}'");
        await modules.Send(new RemoveDueClips());
        Assert.False(filming.Lies(film.Sha256));
    }

    /// <summary>Two races that were found to be the same: the jury may have held either.</summary>
    [Fact]
    public async Task A_hold_on_the_race_that_a_record_names_counts_where_it_hangs_on_another()
    {
        var (course, named) = (await Course.Of(modules), await Course.Of(modules));
        var film = await filming.FilmedAsync(course, bib: 1);
        await Filming.DecideAsync(course, film);
        var hold = (await modules.Send(new HoldClips(named.Competition, named.Race, null, null), named.Jury)).Hold;
        await modules.Sql.ExecuteAsync("UPDATE incidents.incidents SET said_race_uuid = $1 WHERE client_uuid = $2", named.Race, film.Incident);
        await filming.DueAsync(course);
        Assert.Equal(0, await modules.Send(new RemoveDueClips()));
        await modules.Send(new LiftClipHold(hold.ClientUuid), named.Jury);
        Assert.Equal(1, await modules.Send(new RemoveDueClips()));
    }

    [Fact]
    public async Task A_joined_incident_waits_as_one_and_what_was_taken_back_waits_for_nobody()
    {
        var course = await Course.Of(modules);
        var (one, other) = (await filming.FilmedAsync(course, bib: 1), await filming.FilmedAsync(course, bib: 1, seconds: 10));
        Assert.Equal((await course.Read(one.Incident)).ClientUuid, (await course.Read(other.Incident)).ClientUuid);
        var withdrawn = await filming.FilmedAsync(course, bib: 2);
        await course.Send(new WithdrawReport("It was another bib.") { ReportUuid = withdrawn.Report });
        await filming.DueAsync(course);
        Assert.Equal(1, await modules.Send(new RemoveDueClips()));
        Assert.Equal((true, true, false), (filming.Lies(one.Sha256), filming.Lies(other.Sha256), filming.Lies(withdrawn.Sha256)));
        // Held by its alias, too.
        await Filming.DecideAsync(course, one);
        var hold = (await modules.Send(new HoldClips(course.Competition, null, other.Incident, null), course.Jury)).Hold;
        Assert.Equal(0, await modules.Send(new RemoveDueClips()));
        await modules.Send(new LiftClipHold(hold.ClientUuid), course.Jury);
        Assert.Equal(2, await modules.Send(new RemoveDueClips()));
    }

    [Fact]
    public async Task The_same_content_stays_where_another_competition_keeps_it_and_goes_with_the_last()
    {
        var (course, other) = (await Course.Of(modules), await Course.Of(modules));
        var film = await filming.FilmedAsync(course, bib: 1);
        var same = await filming.FilmedAsync(other, bib: 1, bytes: film.Bytes);
        await Filming.DecideAsync(course, film);
        await Filming.DecideAsync(other, same);
        await filming.DueAsync(course);
        Assert.Equal("kept_elsewhere", Assert.Single((await modules.Send(new PreviewClipRetention(course.Competition, null))).Staying).Reason);
        Assert.Equal(0, await modules.Send(new RemoveDueClips()));
        Assert.True(filming.Lies(film.Sha256));
        Assert.Null((await course.Read(film.Incident)).Reports[0].Clip!.RemovedAt);

        await filming.DueAsync(other);
        Assert.Equal(1, await modules.Send(new RemoveDueClips()));
        Assert.False(filming.Lies(film.Sha256));
        foreach (var (at, of) in new[] { (course, film), (other, same) }) Assert.NotNull((await at.Read(of.Incident)).Reports[0].Clip!.RemovedAt);
    }

    [Fact]
    public async Task A_rule_that_was_switched_off_takes_nothing()
    {
        var course = await Course.Of(modules);
        var film = await filming.FilmedAsync(course, bib: 1);
        await Filming.DecideAsync(course, film);
        await filming.DueAsync(course);
        await modules.Send(new SetClipRetention(course.Competition, null));
        Assert.Equal(0, await modules.Send(new RemoveDueClips()));
        Assert.True(filming.Lies(film.Sha256));
        // Nor by a run that had found it before.
        Assert.False(await modules.Send(new ReleaseClip(film.Sha256)));
    }

    [Fact]
    public async Task Only_an_admin_of_the_competition_sets_its_rule_and_only_its_jury_holds()
    {
        var (course, other) = (await Course.Of(modules), await Course.Of(modules));
        var film = await filming.FilmedAsync(course, bib: 1);
        foreach (var stranger in new[] { ModuleHost.Person("Eve", Roles.Admin, other.Competition), course.Jury, course.Referee, course.Viewer })
        {
            await course.Refused(new SetClipRetention(course.Competition, 3), 403, "forbidden", stranger);
            await course.Refused(new ReadClipRetention(course.Competition), 403, "forbidden", stranger);
            await course.Refused(new PreviewClipRetention(course.Competition, 3), 403, "forbidden", stranger);
        }

        foreach (var stranger in new[] { other.Jury, course.Referee, course.Viewer })
        {
            await course.Refused(new HoldClips(course.Competition, course.Race, null, null), 403, "forbidden", stranger);
            await course.Refused(new ListClipHolds(course.Competition), 403, "forbidden", stranger);
        }

        var hold = (await modules.Send(new HoldClips(course.Competition, course.Race, null, null), course.Jury)).Hold;
        await course.Refused(new LiftClipHold(hold.ClientUuid), 403, "forbidden", other.Jury);
        // Nor by a competition of one's own.
        await course.Refused(new HoldClips(other.Competition, null, film.Incident, null), 404, "not_found", other.Jury);
        await course.Refused(new HoldClips(course.Competition, course.Race, film.Incident, null), 400, "validation_failed", course.Jury);
        await course.Refused(new SetClipRetention(course.Competition, 0), 400, "validation_failed", ModuleHost.Admin);
        await course.Refused(new SetClipRetention(Guid.Parse("0198f3a0-0000-7000-8000-0000000000ab"), 3), 404, "not_found", ModuleHost.Admin);
    }
}
