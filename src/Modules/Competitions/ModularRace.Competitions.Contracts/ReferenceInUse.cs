using MediatR;

namespace ModularRace.Competitions.Contracts;

/// <summary>
/// Asked of the modules after this one before a location is deleted or a bib leaves the start list: whoever has something
/// hanging on it adds it to <see cref="InUse"/>, and it stays.
/// </summary>
/// <param name="RaceUuid">The race.</param>
/// <param name="LocationUuids">Locations about to be deleted.</param>
/// <param name="Bibs">Bibs about to leave the start list.</param>
public sealed record ReferenceLeaving(Guid RaceUuid, IReadOnlyCollection<Guid> LocationUuids, IReadOnlyCollection<int> Bibs) : INotification
{
    /// <summary>Bibs and locations that something refers to, as text for the error.</summary>
    public ISet<string> InUse { get; } = new SortedSet<string>(StringComparer.Ordinal);
}
