namespace ModularRace.Shared.Problems;

/// <summary>
/// Something that the caller must be told: becomes <c>application/problem+json</c> (RFC 9457) with a stable <c>code</c>.
/// </summary>
/// <param name="status">The HTTP status, 400 to 503.</param>
/// <param name="code">The contract's code, in snake case.</param>
/// <param name="title">One sentence for a person.</param>
public sealed class Problem(int status, string code, string title) : Exception(title)
{
    public const string StaleRevisionCode = "stale_revision";

    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>Field (snake case, as on the wire) or line to messages.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; private init; }

    /// <summary>Further members of the answer, such as <c>reasons</c>.</summary>
    public IReadOnlyDictionary<string, object?>? Extensions { get; init; }

    /// <summary>For 429 and 503: when to come again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static Problem Validation(IReadOnlyDictionary<string, string[]> errors, string code = "validation_failed") =>
        new(400, code, string.Join(" ", errors.SelectMany(e => e.Value).Take(3))) { Errors = errors };

    public static Problem Validation(string field, string message) =>
        Validation(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] });

    public static Problem NotFound(string what) => new(404, "not_found", $"There is no such {what}.");

    public static Problem Forbidden(string why) => new(403, "forbidden", why);

    public static Problem Conflict(string code, string title) => new(409, code, title);

    public static Problem StaleRevision() => new(412, StaleRevisionCode, "Somebody changed this meanwhile. Read it again and decide anew.");
}
