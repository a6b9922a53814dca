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
}
