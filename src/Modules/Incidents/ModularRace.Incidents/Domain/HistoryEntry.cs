namespace ModularRace.Incidents.Domain;

/// <summary>One change of an incident or report after its making. Never changed itself; only names may leave it.</summary>
internal sealed class HistoryEntry
{
    private Moment at = null!;

    public long Id { get; private set; }

    public required Guid ClientUuid { get; init; }

    /// <summary><c>incident</c> or <c>report</c>.</summary>
    public required string RecordType { get; init; }

    public required Guid RecordUuid { get; init; }

    public required Moment At
    {
        get => at;
        init
        {
            at = value;
            OccurredAt = value.OccurredAt;
        }
    }

    /// <summary>The corrected time.</summary>
    public DateTimeOffset OccurredAt { get; private set; }

    public required string By { get; init; }

    /// <summary><c>cloud</c>, or the device's name.</summary>
    public required string System { get; init; }

    /// <summary>JSON object: field to [old, new], as in an upload's <c>data</c>.</summary>
    public required string Changes { get; init; }

    public required string Revision { get; set; }

    public required string Origin { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
