using System.Text.Json.Nodes;

namespace ModularRace.Sync.Domain.OnDevice.Link;

// The contract as the Pi reads it. What it cannot do without is `required`: an answer that lacks it is not ModularRace's.

/// <summary><c>GET /sync/health</c></summary>
internal sealed record HealthAnswer
{
    public required string Service { get; init; }

    public string? SystemMode { get; init; }

    public required DateTimeOffset ServerTime { get; init; }

    public ProtocolRange? Protocol { get; init; }
}

internal sealed record ProtocolRange(int Min, int Max);

/// <summary><c>POST /devices/pair</c></summary>
internal sealed record PairAnswer
{
    public required Guid DeviceUuid { get; init; }

    public required string Name { get; init; }

    public bool MayDecide { get; init; }

    public required string ApiToken { get; init; }

    public string? ReceiptKey { get; init; }
}

/// <summary><c>GET /sync/changes</c></summary>
internal sealed record ChangesAnswer
{
    public required IReadOnlyList<Change> Changes { get; init; }

    public required string Cursor { get; init; }

    public bool HasMore { get; init; }
}

internal sealed record Change
{
    public required string Type { get; init; }

    public required Guid ClientUuid { get; init; }

    public required string Revision { get; init; }

    public bool Deleted { get; init; }

    public JsonObject? Data { get; init; }
}

/// <summary><c>POST /sync/upload</c></summary>
internal sealed record UploadAnswer
{
    public required DateTimeOffset ServerTime { get; init; }

    public required IReadOnlyList<RecordResult> Results { get; init; }
}

internal sealed record RecordResult
{
    public required string Type { get; init; }

    public required Guid ClientUuid { get; init; }

    public required string Status { get; init; }

    public string? Revision { get; init; }

    public Guid? MergedInto { get; init; }

    public Guid? ConflictUuid { get; init; }

    public Guid? QuarantineUuid { get; init; }

    public RecordFault? Error { get; init; }
}

internal sealed record RecordFault
{
    public string? Code { get; init; }

    public string? Message { get; init; }

    public string? Field { get; init; }
}

/// <summary>What became of a record, as an upload's answer says it.</summary>
internal static class ResultStatuses
{
    public const string Created = "created", AlreadySynced = "already_synced", Updated = "updated", Merged = "merged", Conflict = "conflict",
        Deferred = "deferred", Rejected = "rejected";
}
