using MediatR;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using Npgsql;

namespace ModularRace.Simulation;

/// <summary>Something that happens to a system in the middle of a command: all is written, nothing is committed.</summary>
internal sealed class Interruption
{
    private Func<DatabaseSession, Task>? next;
    private int times;

    /// <summary>The next command that changes a record waits for the gate, its transaction open.</summary>
    /// <returns>Ends when the command waits.</returns>
    public Task HoldNext(Task gate)
    {
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Next(async _ =>
        {
            waits.TrySetResult();
            await gate;
        });
        return waits.Task;
    }

    /// <summary>The next command that changes a record finds its connection to the database gone.</summary>
    public void BreakNext(NpgsqlDataSource server) => Next(async session =>
    {
        await using var command = server.CreateCommand("SELECT pg_terminate_backend($1)");
        command.Parameters.AddWithValue(session.Connection.ProcessID);
        await command.ExecuteNonQueryAsync();
    });

    /// <summary>The next commands that change a record are refused by the database, as for something in them that nobody foresaw.</summary>
    public void RefuseNext(int commands) => Next(
        async session =>
        {
            await using var command = session.Connection.CreateCommand();
            command.CommandText = "SELECT 1 / 0";
            await command.ExecuteNonQueryAsync();
        },
        commands);

    public void Forget() => next = null;

    public Task MeetAsync(DatabaseSession session)
    {
        if (next is not { } meeting) return Task.CompletedTask;
        if (--times == 0) next = null;
        return meeting(session);
    }

    private void Next(Func<DatabaseSession, Task> meeting, int commands = 1) => (next, times) = (meeting, commands);
}

/// <summary>The last to hear of changed records: what others write of them is written.</summary>
internal sealed class InterruptRecords(Interruption interruption, DatabaseSession session) : INotificationHandler<RecordsChanged>
{
    public Task Handle(RecordsChanged notification, CancellationToken cancellationToken) => interruption.MeetAsync(session);
}
