using Microsoft.AspNetCore.Identity;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Identity;

internal static class IdentityFaults
{
    /// <summary>What ASP.NET Core Identity refuses, as the caller is told of it.</summary>
    /// <exception cref="Problem">409 <c>email_taken</c>, or 400 with the field.</exception>
    public static void Check(this IdentityResult result)
    {
        if (result.Succeeded) return;
        var codes = result.Errors.ToLookup(e => e.Code, e => e.Description, StringComparer.Ordinal);
        if (codes.Contains(nameof(IdentityErrorDescriber.DuplicateEmail)) || codes.Contains(nameof(IdentityErrorDescriber.DuplicateUserName)))
            throw Problem.Conflict("email_taken", "Another person signs in with this email.");
        if (codes.Contains(nameof(IdentityErrorDescriber.ConcurrencyFailure))) throw Problem.StaleRevision();
        var field = result.Errors.Any(e => e.Code.StartsWith("Password", StringComparison.Ordinal)) ? "password" : "email";
        throw Problem.Validation(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [.. result.Errors.Select(e => e.Description).Distinct(StringComparer.Ordinal)] });
    }
}
