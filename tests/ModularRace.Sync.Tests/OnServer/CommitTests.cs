using Microsoft.Extensions.DependencyInjection;
using ModularRace.Shared.Persistence;

namespace ModularRace.Sync.Tests.OnServer;

public sealed class CommitTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    /// <summary>R1: to fail would say that nothing was saved; a failure of the kind that is tried again would save it twice.</summary>
    [Fact]
    public async Task What_fails_after_the_commit_neither_fails_nor_repeats_what_was_committed()
    {
        var (runs, followed) = (0, false);
        await cloud.InTransaction(scoped =>
        {
            runs++;
            var session = scoped.GetRequiredService<DatabaseSession>();
            session.AfterCommit(() => throw new Npgsql.PostgresException("duplicate key", "ERROR", "ERROR", Npgsql.PostgresErrorCodes.UniqueViolation));
            session.AfterCommit(() =>
            {
                followed = true;
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        });
        Assert.Equal((1, true), (runs, followed));
    }

    /// <summary>R1: whatever the server, the database or the session would have, each commit waits for the disk.</summary>
    [Fact]
    public async Task No_setting_makes_a_commit_return_before_it_is_on_disk()
    {
        // A deferred trigger runs within COMMIT: it sees what the commit itself will do.
        await cloud.Database.ExecuteAsync("CREATE TABLE public.commits (n int, durable text)");
        await cloud.Database.ExecuteAsync(
            "CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE public.commits SET durable = current_setting('synchronous_commit') WHERE n = NEW.n; RETURN NULL; END $$");
        await cloud.Database.ExecuteAsync("CREATE CONSTRAINT TRIGGER look AFTER INSERT ON public.commits DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.look()");
        await cloud.InTransaction(async scoped =>
        {
            var session = scoped.GetRequiredService<DatabaseSession>();
            await using var work = new Npgsql.NpgsqlCommand("SET LOCAL synchronous_commit = off; INSERT INTO public.commits (n) VALUES (1)", session.Connection, session.Transaction);
            await work.ExecuteNonQueryAsync();
        });
        Assert.Equal(["on"], await cloud.Database.QueryAsync<string>("SELECT durable FROM public.commits"));
    }

    /// <summary>R14: what a part that failed alone would have said is not said; the rest is, once, and only with the commit.</summary>
    [Fact]
    public async Task A_statement_that_goes_with_the_commit_is_undone_with_its_part()
    {
        await cloud.Database.ExecuteAsync("CREATE TABLE public.said (words text)");
        static Npgsql.NpgsqlBatchCommand Say(string words) => new("INSERT INTO public.said VALUES ($1)") { Parameters = { new() { Value = words } } };
        await cloud.InTransaction(async scoped =>
        {
            var session = scoped.GetRequiredService<DatabaseSession>();
            session.WithCommit(Say("before"));
            await Assert.ThrowsAsync<InvalidOperationException>(() => session.InSavepointAsync<int>(() =>
            {
                session.WithCommit(Say("within"));
                throw new InvalidOperationException("It fails alone.");
            }, CancellationToken.None));
            session.WithCommit(Say("after"));
            Assert.Empty(await cloud.Database.QueryAsync<string>("SELECT words FROM public.said"));
        });
        Assert.Equal(["after", "before"], await cloud.Database.QueryAsync<string>("SELECT words FROM public.said ORDER BY words"));
    }

    /// <summary>A newer replica migrates while this one serves: what the connection had prepared is prepared anew, and the command is done.</summary>
    [Fact]
    public async Task A_statement_prepared_before_a_migration_is_done_anew()
    {
        await cloud.Database.ExecuteAsync("CREATE TABLE public.migrated (n int)");
        var runs = 0;
        for (var time = 0; time < 2; time++)
        {
            await cloud.InTransaction(async scoped =>
            {
                runs++;
                var session = scoped.GetRequiredService<DatabaseSession>();
                await using var all = new Npgsql.NpgsqlCommand("SELECT * FROM public.migrated", session.Connection, session.Transaction);
                // As the host's connection string has it done after a few uses.
                await all.PrepareAsync();
                await all.ExecuteNonQueryAsync();
            });
            if (time == 0) await cloud.Database.ExecuteAsync("ALTER TABLE public.migrated ADD COLUMN more int");
        }

        Assert.Equal(3, runs);
    }
}
