using FluentValidation;
using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Validation;

namespace ModularRace.Incidents.Domain;

/// <summary>What holds of an incident's and a report's fields wherever they are made.</summary>
internal static class IncidentRules
{
    public const int LowestBib = 1, HighestBib = 9999, MostAthletes = 4, PenaltyCode = Texts.Name;

    /// <summary>A clock may be off by this much, milliseconds: a hundred years, for a board whose clock began at 1970 or 2000 is just what R10 is for.</summary>
    public const long MostClockMs = 100L * 366 * 24 * 3600 * 1000;

    /// <summary>Any bib is taken in a report, on the start list or not.</summary>
    public static IRuleBuilderOptions<T, int?> IsBib<T>(this IRuleBuilder<T, int?> rule) =>
        rule.InclusiveBetween(LowestBib, HighestBib).WithMessage($"A bib is from {LowestBib} to {HighestBib}.");

    public static IRuleBuilderOptions<T, int?> IsAthletePosition<T>(this IRuleBuilder<T, int?> rule) =>
        rule.InclusiveBetween(1, MostAthletes).WithMessage($"It is from 1 to {MostAthletes}.");

    /// <summary>The nil UUID is nobody's; null passes.</summary>
    public static IRuleBuilderOptions<T, Guid?> IsIdentity<T>(this IRuleBuilder<T, Guid?> rule) =>
        rule.NotEqual(Guid.Empty).WithMessage("It is a UUID, and not the nil one.");

    /// <summary>What a person says happened a day or more ahead is a mistake.</summary>
    public static void RequireNotAhead(DateTimeOffset? at, ClockReading now)
    {
        if (at > now.Corrected.AddDays(1) && at > now.Wall.AddDays(1)) throw Problem.Validation("occurred_at", "It lies in the future.");
    }

    /// <summary>The place must be one of the race's; answers the one that stands there.</summary>
    public static async Task<Guid?> RequireLocationAsync(IMediator mediator, Guid raceUuid, Guid? locationUuid, CancellationToken cancellationToken)
    {
        if (locationUuid is not { } uuid) return null;
        var found = await mediator.Send(new FindLocations([uuid]), cancellationToken);
        if (found.Count == 0 || found[0].RaceUuid != raceUuid || found[0].Deleted)
            throw Problem.Validation("race_location_uuid", "The race has no such location.");
        return found[0].StandsFor;
    }
}
