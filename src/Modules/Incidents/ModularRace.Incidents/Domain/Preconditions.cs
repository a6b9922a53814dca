using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Domain;

/// <summary><c>If-Match: "&lt;revision&gt;"</c>: an edit of something that somebody changed meanwhile is refused.</summary>
internal static class Preconditions
{
    /// <summary>412 where the header names another revision; without it the edit goes ahead. The quotes may be missing.</summary>
    public static void Require(string? ifMatch, string revision)
    {
        if (string.IsNullOrWhiteSpace(ifMatch) || ifMatch.Trim() == "*") return;
        if (!ifMatch.Split(',').Any(tag => string.Equals(tag.Trim().Trim('"'), revision, StringComparison.Ordinal))) throw Problem.StaleRevision();
    }
}
