using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ModularRace.Shared.Persistence;

/// <summary>
/// One connection for a scope, and at most one transaction on it, which the DbContext of every module in the scope joins:
/// so a report, its queue entry and the log of what the duplicate rule did are one commit, though three modules wrote them.
/// </summary>
public sealed class DatabaseSession(NpgsqlDataSource dataSource, ILogger<DatabaseSession> logger) : IAsyncDisposable, IDisposable
{
    private const int Attempts = 5;
    private readonly List<DbContext> contexts = [];
    private readonly List<Func<CancellationToken, Task>> beforeCommit = [];
    private readonly List<NpgsqlBatchCommand> withCommit = [];
    private readonly List<Func<Task>> afterCommit = [];
    private NpgsqlConnection? connection;
    private NpgsqlTransaction? transaction;
    private int savepoints;

    /// <summary>The scope's connection; opened by whoever needs it first.</summary>
    public NpgsqlConnection Connection => connection ??= dataSource.CreateConnection();

    /// <summary>The open transaction, for plain SQL beside EF.</summary>
    public NpgsqlTransaction? Transaction => transaction;

    public bool InTransaction => transaction is not null;

    /// <summary>Counts the transactions of this scope: another for a command that is done anew.</summary>
    public int TransactionNumber { get; private set; }

    /// <summary>Called by each module's DbContext when it is made, so that it joins the transaction that is open or will be.</summary>
    public void Enlist(DbContext context)
    {
        contexts.Add(context);
        // Saving is all or nothing as a transaction is, or InSavepointAsync: one more around each saving costs two round trips.
        context.Database.AutoSavepointsEnabled = false;
        if (transaction is not null) context.Database.UseTransaction(transaction);
    }

    /// <summary>
    /// What can be judged only when all else is done runs at the transaction's end, in the order in which it was asked for, and
    /// is part of it. What it asks for in turn comes after it.
    /// </summary>
    public void BeforeCommit(Func<CancellationToken, Task> action)
    {
        if (transaction is null) throw new InvalidOperationException("Nothing is being committed.");
        beforeCommit.Add(action);
    }

    /// <summary>A statement whose answer nobody waits for goes with the last one before the commit, and costs no round trip of its own.</summary>
    public void WithCommit(NpgsqlBatchCommand statement)
    {
        if (transaction is null) throw new InvalidOperationException("Nothing is being committed.");
        withCommit.Add(statement);
    }

    /// <summary>What leaves the process (an alert, a live event, a signal to a job) leaves after the commit, or not at all.</summary>
    public void AfterCommit(Func<Task> action)
    {
        if (transaction is null) throw new InvalidOperationException("Nothing is being committed.");
        afterCommit.Add(action);
    }

    /// <summary>
    /// Holds a lock until the transaction ends. Where several are needed they are taken in the order of their text, so that
    /// two commands never wait for each other in a circle.
    /// </summary>
    public async Task LockAsync(string scope, IEnumerable<Guid> uuids, CancellationToken cancellationToken)
    {
        if (transaction is null) throw new InvalidOperationException("A lock is held by a transaction.");
        var keys = uuids.Distinct().Select(u => $"{scope}:{u}").Order(StringComparer.Ordinal).ToArray();
        if (keys.Length == 0) return;
        await using var command = new NpgsqlCommand(
            "SELECT pg_advisory_xact_lock(hashtextextended(k, 0)) FROM unnest($1) WITH ORDINALITY AS t(k, n) ORDER BY n", Connection, transaction);
        command.Parameters.AddWithValue(keys);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public Task LockAsync(string scope, Guid uuid, CancellationToken cancellationToken) => LockAsync(scope, [uuid], cancellationToken);

    /// <summary>
    /// Runs a part of the transaction's work so that it can fail alone (R14): what it wrote, what it tracked and what it meant
    /// to let out after the commit are undone, and the transaction goes on.
    /// </summary>
    public async Task<T> InSavepointAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        if (transaction is null) throw new InvalidOperationException("A savepoint is part of a transaction.");
        var name = $"s{++savepoints}";
        var marks = Marks;
        await transaction.SaveAsync(name, cancellationToken);
        try
        {
            var result = await work();
            await transaction.ReleaseAsync(name, cancellationToken);
            return result;
        }
        catch
        {
            await GoBackAsync(name, marks);
            throw;
        }
    }

    /// <summary>Runs the work to see what would come of it, and undoes all of it.</summary>
    public async Task<T> TryOutAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        if (transaction is null) throw new InvalidOperationException("What is tried out is part of a transaction.");
        var name = $"s{++savepoints}";
        var marks = Marks;
        await transaction.SaveAsync(name, cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            await GoBackAsync(name, marks);
        }
    }

    private (int Closing, int With, int Leaving) Marks => (beforeCommit.Count, withCommit.Count, afterCommit.Count);

    private async Task GoBackAsync(string savepoint, (int Closing, int With, int Leaving) marks)
    {
        // A broken connection cannot go back to a savepoint: what follows then fails too, and all is rolled back.
        if (Connection.State == ConnectionState.Open) await transaction!.RollbackAsync(savepoint, CancellationToken.None);
        foreach (var context in contexts) context.ChangeTracker.Clear();
        beforeCommit.RemoveRange(marks.Closing, beforeCommit.Count - marks.Closing);
        withCommit.RemoveRange(marks.With, withCommit.Count - marks.With);
        afterCommit.RemoveRange(marks.Leaving, afterCommit.Count - marks.Leaving);
    }

    /// <summary>
    /// Runs the work in one transaction. A deadlock or serialisation failure is nobody's fault: the work is done anew on
    /// fresh contexts. A cancelled caller is told nothing half: until the commit it rolls back, the commit itself is not
    /// interrupted (R1).
    /// </summary>
    internal async Task<T> TransactAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await OnceAsync(work, cancellationToken);
            }
            catch (Exception e) when (attempt < Attempts && IsTransient(e) && !cancellationToken.IsCancellationRequested)
            {
                logger.LogInformation("Transaction is done anew, attempt {Attempt}: {Reason}", attempt, e.GetBaseException().Message);
            }
        }
    }

    private async Task<T> OnceAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var opened = Connection.State != ConnectionState.Open;
        if (opened) await Connection.OpenAsync(cancellationToken);
        Func<Task>[] leaving;
        T result;
        try
        {
            transaction = await Connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
            TransactionNumber++;
            foreach (var context in contexts) await context.Database.UseTransactionAsync(transaction, cancellationToken);
            result = await work();
            for (var i = 0; i < beforeCommit.Count; i++) await beforeCommit[i](cancellationToken);

            // R1: a setting of the server or of the role must not make "saved" mean "perhaps saved".
            await using (var last = new NpgsqlBatch(Connection, transaction))
            {
                foreach (var statement in withCommit) last.BatchCommands.Add(statement);
                last.BatchCommands.Add(new NpgsqlBatchCommand("SET LOCAL synchronous_commit = on"));
                await last.ExecuteNonQueryAsync(CancellationToken.None);
            }

            await CommitAsync();
            leaving = [.. afterCommit];
        }
        catch
        {
            await RollBackAsync();
            throw;
        }
        finally
        {
            beforeCommit.Clear();
            withCommit.Clear();
            afterCommit.Clear();
            if (opened) await Connection.CloseAsync();
        }

        foreach (var action in leaving)
        {
            try
            {
                await action();
            }
            catch (Exception e)
            {
                // R1: what is committed is told as done. To fail here would say otherwise, or run the whole command once more.
                logger.LogError(e, "What should have followed a commit failed");
            }
        }

        return result;
    }

    private async Task CommitAsync()
    {
        // R1: with synchronous replication a commit whose wait was cancelled returns with a warning ("may not have been
        // replicated"): that is no acknowledgement.
        PostgresNotice? warning = null;
        void Heard(object _, NpgsqlNoticeEventArgs e)
        {
            if (string.Equals(e.Notice.InvariantSeverity, "WARNING", StringComparison.Ordinal)) warning = e.Notice;
        }

        Connection.Notice += Heard;
        try
        {
            await transaction!.CommitAsync(CancellationToken.None);
        }
        finally
        {
            Connection.Notice -= Heard;
        }

        await LeaveTransactionAsync();
        if (warning is not null) throw new NpgsqlException($"The commit came back with a warning: {warning.MessageText}");
    }

    private async Task RollBackAsync()
    {
        if (transaction is null) return;
        try
        {
            await transaction.RollbackAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or ObjectDisposedException)
        {
            logger.LogDebug(e, "The connection was gone before the rollback; the server has rolled back.");
        }

        foreach (var context in contexts) context.ChangeTracker.Clear();
        await LeaveTransactionAsync();
    }

    private async Task LeaveTransactionAsync()
    {
        foreach (var context in contexts) await context.Database.UseTransactionAsync(null, CancellationToken.None);
        if (transaction is not null) await transaction.DisposeAsync();
        transaction = null;
    }

    private static bool IsTransient(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
            // Another changed or removed the very row meanwhile: read anew, the command sees that.
            if (e is DbUpdateConcurrencyException or PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.UniqueViolation }
                // A prepared statement whose table a newer replica has just migrated: Npgsql prepares it anew.
                or PostgresException { SqlState: PostgresErrorCodes.FeatureNotSupported, Routine: "RevalidateCachedQuery" })
                return true;
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        if (transaction is not null) await transaction.DisposeAsync();
        if (connection is not null) await connection.DisposeAsync();
    }

    public void Dispose()
    {
        transaction?.Dispose();
        connection?.Dispose();
    }
}
