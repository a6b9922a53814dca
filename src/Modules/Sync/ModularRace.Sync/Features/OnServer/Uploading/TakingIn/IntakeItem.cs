using System.Text.Json.Nodes;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Features.OnServer.Uploading.TakingIn;

/// <summary>A record on its way through.</summary>
internal sealed class IntakeItem(ReceivedRecord record)
{
    public ReceivedRecord Record { get; } = record;

    /// <summary>Another content came under this number before (R2).</summary>
    public bool Repeated { get; set; }

    /// <summary>Known, and never changed.</summary>
    public bool Settled { get; set; }

    public required string Origin { get; init; }

    public JsonObject Content { get; set; } = record.Content;

    public LatestVersion? Latest { get; set; }

    public Dictionary<string, (RecordEdit Edit, SideEdit Side)> Stored { get; } = new(StringComparer.Ordinal);

    public JsonObject? Base { get; set; }

    public long BaseNumber { get; set; }

    public Guid? CompetitionUuid { get; set; }

    public Guid? RaceUuid { get; set; }

    public RecordJudgement? Judgement { get; set; }

    public RecordOutcome? Outcome { get; set; }
}
