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
}
