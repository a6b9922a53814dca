namespace ModularRace.Competitions.Domain;

/// <summary>An admin's word that two competitions or two races are one. Undone it stays, as what was.</summary>
internal sealed class MergeEntry
{
    public long Id { get; init; }

    public required Guid ClientUuid { get; init; }

    /// <summary><c>competition</c> or <c>race</c>.</summary>
    public required string RecordType { get; init; }

    public required Guid FromUuid { get; init; }

    public required Guid IntoUuid { get; init; }

    /// <summary>Of a competition: its races that met another by this merge.</summary>
    public Guid[] Races { get; set; } = [];

    /// <summary>Athletes that met another by this merge.</summary>
    public Guid[] Athletes { get; set; } = [];

    public required DateTimeOffset MadeAt { get; init; }

    public required string MadeBy { get; init; }

    public DateTimeOffset? UndoneAt { get; set; }

    public string? UndoneBy { get; set; }
}
