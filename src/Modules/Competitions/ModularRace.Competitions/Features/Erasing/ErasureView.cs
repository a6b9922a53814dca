using System.Text.Json;
using ModularRace.Competitions.Contracts.Erasing;
using ModularRace.Competitions.Domain;
using ModularRace.Shared.Json;

namespace ModularRace.Competitions.Features.Erasing;

/// <summary>What erasing names comes to: done, or with <c>preview</c> only looked at.</summary>
/// <param name="ClientUuid">Of the record of it; null: a preview.</param>
/// <param name="Preview">True: nothing was changed.</param>
/// <param name="Whose"><c>everybody, athlete, signature</c>.</param>
/// <param name="Bibs">Of an athlete: the bibs worn in this competition.</param>
/// <param name="Counts">What was found, by kind.</param>
/// <param name="Examples">Of a preview: the first of each kind, as they are and as they would be. Never kept.</param>
/// <param name="Obstacles">Of a preview: why it cannot be done yet; empty: it can.</param>
internal sealed record ErasureView(
    Guid? ClientUuid, bool Preview, Guid CompetitionUuid, string Whose, IReadOnlyList<int> Bibs, IReadOnlyDictionary<string, int> Counts,
    IReadOnlyList<ErasureExample> Examples, IReadOnlyList<ErasureObstacle> Obstacles);

/// <summary>That names were erased, as it is kept.</summary>
/// <param name="Whose"><c>everybody, athlete, signature</c>.</param>
/// <param name="Bibs">Of an athlete: the bibs worn.</param>
/// <param name="MadeBy">A name with role and system; <c>ModularRace (cloud)</c>: by the competition's rule.</param>
internal sealed record KeptErasure(Guid ClientUuid, Guid CompetitionUuid, string Whose, IReadOnlyList<int> Bibs, DateTimeOffset MadeAt, string MadeBy, IReadOnlyDictionary<string, int> Counts)
{
    public static KeptErasure Of(Erasure e) => new(
        e.ClientUuid, e.CompetitionUuid, e.Whose, e.Bibs, e.MadeAt, e.MadeBy, JsonSerializer.Deserialize<SortedDictionary<string, int>>(e.Counts, ApiJson.Options)!);
}

/// <summary>What <c>POST …/erasure</c> says; without an athlete and a name: everybody.</summary>
/// <param name="AthleteUuid">Who starts in this competition.</param>
/// <param name="Name">Whoever signed with it: a reporter, a referee, a jury member. Case and accents aside.</param>
/// <param name="Confirm">The competition's name, typed; a preview needs none.</param>
internal sealed record ErasureBody(Guid? AthleteUuid, string? Name, string? Confirm);

/// <summary>When the names of a competition go by themselves.</summary>
/// <param name="EraseNamesAfterDays">Days after its last day, 1 to 3650; null: they stay.</param>
/// <param name="DueOn">The day at the venue from which they go; null: they stay, or went.</param>
internal sealed record RetentionView(int? EraseNamesAfterDays, DateOnly? DueOn, DateTimeOffset? SetAt, string? SetBy);

/// <param name="EraseNamesAfterDays">1 to 3650; null: they stay.</param>
internal sealed record RetentionBody(int? EraseNamesAfterDays);
