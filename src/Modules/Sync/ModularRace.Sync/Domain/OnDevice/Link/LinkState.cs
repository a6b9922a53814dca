namespace ModularRace.Sync.Domain.OnDevice.Link;

/// <summary>Whether the cloud answered at the last contact, and since when that is so.</summary>
internal sealed class LinkState(TimeProvider time)
{
    private readonly Lock gate = new();
    private bool returned;

    public bool Online { get; private set; }

    /// <summary>By this Pi's wall clock; null before the first contact was tried.</summary>
    public DateTimeOffset? Since { get; private set; }

    /// <summary>Why the last contact failed, in words for a referee; null when it did not.</summary>
    public string? LastError { get; private set; }

    /// <summary>What went wrong at the last contact; null when nothing did.</summary>
    public LinkFault? LastFault { get; private set; }

    public void Answered() => Set(online: true, failure: null);

    /// <summary>Whether <see cref="TakeReturn"/> has something to tell.</summary>
    public bool HasReturned
    {
        get
        {
            lock (gate) return returned;
        }
    }

    /// <summary>True once after each break that a contact has ended, and at the first contact of the process.</summary>
    public bool TakeReturn()
    {
        lock (gate)
        {
            if (!returned) return false;
            returned = false;
            return true;
        }
    }

    public void Failed(LinkFailure failure) => Set(online: !failure.Offline, failure);

    private void Set(bool online, LinkFailure? failure)
    {
        lock (gate)
        {
            if (Since is null || Online != online) Since = time.GetUtcNow();
            returned = online && (returned || !Online);
            (Online, LastError, LastFault) = (online, failure?.Message, failure?.Fault);
        }
    }
}
