using MediatR;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using Npgsql;

namespace ModularRace.Simulation;

/// <summary>Something that happens to the cloud in the middle of a command: all is written, nothing is committed.</summary>
internal sealed class Interruption
{
    private Func<DatabaseSession, Task>? next;

    /// <summary>The next command that changes a record waits for the gate, its transaction open.</summary>
    /// <returns>Ends when the command waits.</returns>
    public Task HoldNext(Task gate)
    {
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        next = async _ =>
        {
            waits.TrySetResult();
            await gate;
        };
        return waits.Task;
    }

    /// <summary>The next command that changes a record finds its connection to the database gone.</summary>
    public void BreakNext(NpgsqlDataSource server) => next = async session =>
    {
        await using var command = server.CreateCommand("SELECT pg_terminate_backend($1)");
        command.Parameters.AddWithValue(session.Connection.ProcessID);
        await command.ExecuteNonQueryAsync();
    };

    public void Forget() => next = null;

    public Task MeetAsync(DatabaseSession session)
    {
        var meeting = Interlocked.Exchange(ref next, null);
        return meeting is null ? Task.CompletedTask : meeting(session);
    }
}

/// <summary>The last to hear of changed records: what others write of them is written.</summary>
internal sealed class InterruptRecords(Interruption interruption, DatabaseSession session) : INotificationHandler<RecordsChanged>
{
    public Task Handle(RecordsChanged notification, CancellationToken cancellationToken) => interruption.MeetAsync(session);
}
