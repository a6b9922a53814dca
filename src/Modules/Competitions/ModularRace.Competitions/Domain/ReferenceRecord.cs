using System.Text.Json.Nodes;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Domain;

/// <summary>
/// What every record of this module has. A record refers to another by its UUID, which is the truth; <see cref="Id"/> is for
/// the database alone.
/// </summary>
internal abstract class ReferenceRecord
{
    public long Id { get; set; }

    public Guid ClientUuid { get; set; }

    public string Revision { get; set; } = "";

    /// <summary><c>cloud</c> or the UUID of the device that made it: the one place where it is changed.</summary>
    public string Origin { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public abstract string RecordType { get; }

    /// <summary>The fields as an upload has them, without those that are null.</summary>
    public abstract JsonObject Content();

    /// <summary>Takes over what an edit does not change, so that two versions differ in what was edited only.</summary>
    public virtual void KeepFrom(ReferenceRecord stored)
    {
        Id = stored.Id;
        ClientUuid = stored.ClientUuid;
        Revision = stored.Revision;
        Origin = stored.Origin;
        CreatedAt = stored.CreatedAt;
        UpdatedAt = stored.UpdatedAt;
        if (this is IHang hang && stored is IHang was) (hang.HangsOn, hang.Said) = (was.HangsOn, was.Said);
    }

    public bool SaysTheSameAs(ReferenceRecord other) => JsonNode.DeepEquals(Content(), other.Content());

    protected virtual JsonObject Answer() => new JsonObject().With("updated_at", UpdatedAt);

    /// <summary>The record as other modules see it.</summary>
    public RecordVersion ToRecord(Guid? competitionUuid, Guid? raceUuid) =>
        new(RecordType, ClientUuid, Revision, Origin, competitionUuid, raceUuid, this is ICanBeDeleted { Deleted: true },
            Content().With("created_at", CreatedAt), Answer());
}

/// <summary>Deleting leaves a tombstone, so that the other side learns of it.</summary>
internal interface ICanBeDeleted
{
    bool Deleted { get; set; }
}

/// <summary>
/// What belongs to a competition or a race. Where that was merged into another, the record goes on saying its own (a merge
/// rewrites no record), and hangs on the one that stands.
/// </summary>
internal interface IHang
{
    Guid HangsOn { get; set; }

    /// <summary>Null: the same.</summary>
    Guid? Said { get; set; }
}

/// <summary>A competition or a race, which an admin may merge into another, and what meets in such a merge.</summary>
internal abstract class MergeableRecord : ReferenceRecord
{
    /// <summary>Not content: the desk's word on the two.</summary>
    public Guid? MergedInto { get; set; }

    public override void KeepFrom(ReferenceRecord stored)
    {
        base.KeepFrom(stored);
        MergedInto = ((MergeableRecord)stored).MergedInto;
    }

    protected override JsonObject Answer() => base.Answer().With("merged_into", MergedInto);
}
