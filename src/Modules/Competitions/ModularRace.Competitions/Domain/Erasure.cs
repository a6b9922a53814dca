namespace ModularRace.Competitions.Domain;

/// <summary>That names were erased: who did it, when and whose, and nothing of what was erased. Only ever added to.</summary>
internal sealed class Erasure
{
    public const string Everybody = "everybody", Athlete = "athlete", Signature = "signature";

    public long Id { get; init; }

    public required Guid ClientUuid { get; init; }

    public required Guid CompetitionUuid { get; init; }

    /// <summary><c>everybody, athlete, signature</c>.</summary>
    public required string Whose { get; init; }

    /// <summary>Of an athlete: the bibs worn, which stay.</summary>
    public int[] Bibs { get; init; } = [];

    public required DateTimeOffset MadeAt { get; init; }

    /// <summary>A name with role and system; <c>ModularRace (cloud)</c> by the competition's rule.</summary>
    public required string MadeBy { get; init; }

    /// <summary>JSON: what was found, by kind.</summary>
    public required string Counts { get; init; }
}

/// <summary>When a competition's names are to go by themselves; a competition without a row keeps them.</summary>
internal sealed class RetentionRule
{
    public const int Fewest = 1, Most = 3650;

    public long Id { get; init; }

    public required Guid CompetitionUuid { get; init; }

    /// <summary>After its last day.</summary>
    public required int Days { get; set; }

    public required DateTimeOffset SetAt { get; set; }

    public required string SetBy { get; set; }
}
