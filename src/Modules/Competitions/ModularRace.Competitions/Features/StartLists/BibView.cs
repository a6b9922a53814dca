using System.ComponentModel.DataAnnotations;
using ModularRace.Competitions.Domain;

namespace ModularRace.Competitions.Features.StartLists;

/// <summary>A line of a start list as answers have it.</summary>
/// <param name="Status"><c>registered, dns, dnf, dsq, finished</c>.</param>
/// <param name="Athletes">One, or a team's in its order.</param>
internal sealed record BibView(
    Guid ClientUuid, string Revision, string Origin, Guid RaceUuid, int BibNumber, string? Heat, [property: AllowedValues("registered", "dns", "dnf", "dsq", "finished")] string Status, bool Deleted, IReadOnlyList<AthleteView> Athletes,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static BibView Of(BibAssignment b, IReadOnlyDictionary<Guid, Athlete> athletes) =>
        new(b.ClientUuid, b.Revision, b.Origin, b.RaceUuid, b.BibNumber, b.Heat, b.Status, b.Deleted,
            [.. b.AthleteUuids.Select(u => athletes.GetValueOrDefault(u)).OfType<Athlete>().Select(AthleteView.Of)], b.CreatedAt, b.UpdatedAt);
}

/// <param name="Gender"><c>M, F, X</c>; null: not said.</param>
internal sealed record AthleteView(Guid ClientUuid, string FirstName, string LastName, string Nation, [property: AllowedValues("M", "F", "X", null)] string? Gender, int? BirthYear, string? LicenseNumber)
{
    public static AthleteView Of(Athlete a) => new(a.ClientUuid, a.FirstName, a.LastName, a.Nation, a.Gender, a.BirthYear, a.LicenseNumber);
}
