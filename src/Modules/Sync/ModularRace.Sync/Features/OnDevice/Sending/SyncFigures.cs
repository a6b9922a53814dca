namespace ModularRace.Sync.Features.OnDevice.Sending;

/// <summary>What a run did.</summary>
/// <param name="Uploaded">Records that are synced now; those merged among them.</param>
/// <param name="Merged">Of those, incidents that another stands for.</param>
/// <param name="Conflicts">Records over which a person must decide.</param>
/// <param name="Failed">Records that the cloud could not take.</param>
/// <param name="Downloaded">Records made or changed here by the cloud's changes.</param>
/// <param name="ClipsUploaded">Clips that are complete now.</param>
/// <param name="BytesSent">On the wire, all included.</param>
/// <param name="BytesReceived">On the wire, all included.</param>
/// <param name="Requests">Attempts included.</param>
/// <param name="DurationMs">From the start to the last commit, without the clips.</param>
internal sealed record SyncFigures(
    int Uploaded, int Merged, int Conflicts, int Failed, int Downloaded, int ClipsUploaded, long BytesSent, long BytesReceived, long Requests, long DurationMs);

/// <summary>The figures of a run while it is on.</summary>
internal sealed class RunTally
{
    public int Uploaded { get; private set; }

    public int Merged { get; private set; }

    public int Conflicts { get; private set; }

    public int Failed { get; set; }

    public int Deferred { get; private set; }

    public int Downloaded { get; set; }

    public bool Reached { get; set; }

    public int ClipsUploaded { get; set; }

    /// <summary>At least one clip was due.</summary>
    public bool TriedClips { get; set; }

    public TimeSpan ClipsTook { get; set; }

    public void Add(BatchFigures batch)
    {
        Uploaded += batch.Uploaded;
        Merged += batch.Merged;
        Conflicts += batch.Conflicts;
        Failed += batch.Failed;
        Deferred += batch.Deferred;
    }
}
