namespace ModularRace.Shared.Access;

/// <summary>Which system this is among those that sync: what is made here carries it as its <c>origin</c>.</summary>
public interface ISystemIdentity
{
    /// <summary><c>cloud</c>, or this device's UUID as text.</summary>
    string Origin { get; }

    /// <summary>As history tells it to people: <c>cloud</c>, or the device's name.</summary>
    string Name { get; }
}

/// <summary>The cloud.</summary>
public sealed class CloudIdentity : ISystemIdentity
{
    public const string Cloud = "cloud";

    public string Origin => Cloud;

    public string Name => Cloud;
}
