using ModularRace.Shared.Records;
using ModularRace.Sync.Persistence.Server;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Uploading.TakingIn;

/// <summary>What one batch has come to so far.</summary>
internal sealed record IntakeRun(Sender Sender, bool Accepted)
{
    public Dictionary<ReceivedRecord, UploadResult> Results { get; } = new(ReferenceEqualityComparer.Instance);

    public List<Rejection> Rejections { get; } = [];

    /// <summary>Records that were put aside and are not here in any version.</summary>
    public HashSet<Guid> Rejected { get; } = [];

    /// <summary>Records that could not be read: whether an earlier version is here, nobody asked.</summary>
    public HashSet<Guid> Unreadable { get; } = [];

    /// <summary>The same of those that were put off.</summary>
    public HashSet<Guid> Deferred { get; } = [];

    public List<ReceivedRecord> Good { get; } = [];

    public List<RecordEdit> Edits { get; } = [];

    public List<EditDigest> Digests { get; } = [];

    public void Answer(ReceivedRecord record, string status, string? revision, Guid? conflict) =>
        Results[record] = new UploadResult(record.Type, record.UuidText, status, revision, ConflictUuid: conflict);

    public void Reject(ReceivedRecord record, RecordError error, IntakeItem? item)
    {
        Results[record] = new UploadResult(record.Type, record.UuidText, UploadStatuses.Rejected, item?.Latest?.Revision, Error: error);
        Rejections.Add(new Rejection(record, error, item?.CompetitionUuid));
        if (item is { Latest: null }) Rejected.Add(record.ClientUuid);
        else if (item is null) Unreadable.Add(record.ClientUuid);
    }

    public void Defer(ReceivedRecord record, RecordError error, IntakeItem item)
    {
        Results[record] = new UploadResult(record.Type, record.UuidText, UploadStatuses.Deferred, item.Latest?.Revision, Error: error);
        if (item.Latest is null) Deferred.Add(record.ClientUuid);
    }

    public void KeepDigest(ReceivedRecord record) =>
        Digests.Add(new EditDigest { ClientUuid = record.ClientUuid, Type = record.Type!, Side = Sender.Side, Edit = record.Edit, Digest = record.Digest! });
}
