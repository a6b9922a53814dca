using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Domain;

/// <summary><c>If-Match: "&lt;revision&gt;"</c>: an edit of something that somebody changed meanwhile is refused.</summary>
internal static class Preconditions
{
    /// <summary>412 where the header names another revision, 400 where it is no entity tag; without it the edit goes ahead.</summary>
    public static void Require(string? ifMatch, string revision)
    {
        if (ifMatch is null || ifMatch.Trim() == "*") return;
        var stale = true;
        foreach (var part in ifMatch.Split(','))
        {
            var tag = part.Trim();
            if (tag.Length < 3 || tag[0] != '"' || tag[^1] != '"' || tag[1..^1].Contains('"', StringComparison.Ordinal))
                throw Problem.Validation("If-Match", "It is a revision in double quotes.");
            if (tag[1..^1] == revision) stale = false;
        }

        if (stale) throw Problem.StaleRevision();
    }
}
