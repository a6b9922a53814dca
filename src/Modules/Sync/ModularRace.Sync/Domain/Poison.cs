using Npgsql;

namespace ModularRace.Sync.Domain;

/// <summary>Tells a record that breaks its batch from a database or a caller that is gone.</summary>
internal static class Poison
{
    /// <summary>Another made the same just now, and is done: once more, and it is found.</summary>
    public static bool IsRace(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
            if (e is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
                return true;
        return false;
    }

    /// <summary>Whether the failure may be the fault of a record: then the others must not suffer by it (R14).</summary>
    public static bool IsPossible(Exception exception, CancellationToken ct)
    {
        if (ct.IsCancellationRequested) return false;
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is OperationCanceledException) return false;
            if (e is PostgresException p)
                // Deadlocks and serialisation: done anew as a whole. Connection, resources, an operator, the system: nobody's fault.
                return p.SqlState is not (PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
                    && p.SqlState[..2] is not ("08" or "53" or "57" or "58" or "XX");
            if (e is NpgsqlException) return false;
        }

        return true;
    }
}
