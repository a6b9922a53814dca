using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Identity;
using ModularRace.Shared.Problems;
using Npgsql;

namespace ModularRace.Host.Features.SigningIn;

/// <summary>
/// Checks a password, ever more slowly: failures count by account and address together, and by address, for a quarter of an
/// hour. They never count by the account alone, so that nobody can lock the jury out from afar (R15).
/// </summary>
internal sealed class PasswordGate(NpgsqlDataSource dataSource, UserManager<Person> people, IPasswordHasher<Person> hasher, AuditTrail audit, TimeProvider time)
{
    private const int FreeOnAccount = 5, FreeOnAddress = 30;
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(15), Longest = TimeSpan.FromMinutes(5);
    private static readonly Person Nobody = new() { Name = "nobody" };
    private static readonly string HashOfNobody = new PasswordHasher<Person>().HashPassword(Nobody, Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));

    /// <summary>The person; null where the email or the password is wrong (which of them is not told).</summary>
    /// <exception cref="Problem">429 <c>too_many_attempts</c>.</exception>
    public async Task<Person?> CheckAsync(string email, string password, string address, CancellationToken cancellationToken)
    {
        var account = SHA256.HashData(Encoding.UTF8.GetBytes(people.NormalizeEmail(email.Trim()) ?? string.Empty));
        var refusal = await CountAsync(account, address, people.NormalizeEmail(email.Trim()), cancellationToken);
        if (refusal is { IsFirst: false }) throw refusal.Problem;
        var person = await people.FindByEmailAsync(email.Trim());
        if (refusal is not null)
        {
            await audit.NoteAsync(AuditActions.SignInFailed, person is null ? null : About.Of(person), "too many attempts: refused unlooked at", cancellationToken);
            throw refusal.Problem;
        }

        if (person is null)
        {
            // As long as a wrong password takes: the time does not tell who has an account.
            hasher.VerifyHashedPassword(Nobody, HashOfNobody, password);
            // What was typed is not written down: people type passwords into the wrong field.
            await audit.NoteAsync(AuditActions.SignInFailed, subject: null, "nobody has this email", cancellationToken);
            return null;
        }

        var right = await people.CheckPasswordAsync(person, password);
        if (!right || person.DisabledAt is not null)
        {
            await audit.NoteAsync(AuditActions.SignInFailed, About.Of(person), right ? "disabled" : "wrong password", cancellationToken);
            return null;
        }

        await using var forget = dataSource.CreateCommand("DELETE FROM identity.login_failures WHERE address = $1 AND account = $2");
        forget.Parameters.AddWithValue(address);
        forget.Parameters.AddWithValue(account);
        await forget.ExecuteNonQueryAsync(CancellationToken.None);
        return person;
    }

    /// <summary>Where somebody calls from; of an IPv6 address the network, which one person has whole.</summary>
    public static string AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes) + "/64";
    }

    /// <summary>Counts an attempt as failed before the password is looked at, in a commit of its own: a hundred at once count as a hundred.</summary>
    /// <returns>Null: the password may be looked at.</returns>
    private async Task<Refusal?> CountAsync(byte[] account, string address, string? email, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var take = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended('login:' || $1, 0))", connection, transaction))
        {
            take.Parameters.AddWithValue(address);
            await take.ExecuteNonQueryAsync(cancellationToken);
        }

        TimeSpan wait;
        bool ofAccount;
        // Somebody who signed in from here lately is not held up by what others try from the same address.
        await using (var count = new NpgsqlCommand(
            """
            SELECT count(*) FILTER (WHERE account = $2), max(at) FILTER (WHERE account = $2), count(*), max(at),
                   EXISTS (SELECT 1 FROM identity.sessions s JOIN identity.people p ON p.id = s.person_id
                           WHERE p.normalized_email = $4 AND s.address = $1 AND s.created_at > $5)
            FROM identity.login_failures WHERE address = $1 AND at > $3
            """, connection, transaction))
        {
            count.Parameters.AddWithValue(address);
            count.Parameters.AddWithValue(account);
            count.Parameters.AddWithValue(now - Remembered);
            count.Parameters.AddWithValue(email ?? string.Empty);
            count.Parameters.AddWithValue(now.AddDays(-30));
            await using var reader = await count.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var onAccount = Wait(reader, 0, FreeOnAccount, now);
            var onAddress = reader.GetBoolean(4) ? TimeSpan.Zero : Wait(reader, 2, FreeOnAddress, now);
            wait = onAccount > onAddress ? onAccount : onAddress;
            ofAccount = onAccount >= onAddress;
        }

        if (wait > TimeSpan.Zero)
        {
            // The trail keeps for ever: one entry for each failure that is waited for, however often somebody tries meanwhile.
            await using var tell = new NpgsqlCommand(
                """
                UPDATE identity.login_failures SET refusal_told = true
                WHERE NOT refusal_told AND id = (SELECT id FROM identity.login_failures WHERE address = $1 AND ($3 IS FALSE OR account = $2) ORDER BY at DESC, id DESC LIMIT 1)
                """, connection, transaction);
            tell.Parameters.AddWithValue(address);
            tell.Parameters.AddWithValue(account);
            tell.Parameters.AddWithValue(ofAccount);
            var isFirst = await tell.ExecuteNonQueryAsync(cancellationToken) == 1;
            await transaction.CommitAsync(cancellationToken);
            return new Refusal(new Problem(429, "too_many_attempts", "Too many attempts to sign in from here. Wait a little.") { RetryAfter = wait }, isFirst);
        }

        await using (var insert = new NpgsqlCommand("INSERT INTO identity.login_failures (account, address, at, refusal_told) VALUES ($1, $2, $3, false)", connection, transaction))
        {
            insert.Parameters.AddWithValue(account);
            insert.Parameters.AddWithValue(address);
            insert.Parameters.AddWithValue(now);
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var tidy = new NpgsqlCommand("DELETE FROM identity.login_failures WHERE at < $1", connection, transaction))
        {
            tidy.Parameters.AddWithValue(now.AddDays(-1));
            await tidy.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    /// <summary>Nothing for the first few, then 2, 4, 8 … seconds after the last.</summary>
    private static TimeSpan Wait(NpgsqlDataReader reader, int column, int free, DateTimeOffset now)
    {
        var failures = reader.GetInt64(column);
        if (failures < free) return TimeSpan.Zero;
        var pause = TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(2, failures - free + 1)));
        var last = reader.GetFieldValue<DateTimeOffset>(column + 1);
        return last + pause - now;
    }

    /// <param name="Problem">What is answered.</param>
    /// <param name="IsFirst">Whether the audit trail does not say so yet.</param>
    private sealed record Refusal(Problem Problem, bool IsFirst);
}
