namespace ModularRace.Shared;

/// <summary>Why the host does not start, in one line for the person who starts it: a setting that cannot be used, a database that is away.</summary>
/// <param name="message">The rest of "ModularRace does not start: …".</param>
public sealed class StartFailure(string message) : Exception(message);
