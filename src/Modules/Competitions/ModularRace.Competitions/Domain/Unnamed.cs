namespace ModularRace.Competitions.Domain;

/// <summary>
/// Who wears a bib that was given out by its number alone, in an emergency: each bib names its athletes, so those of whom
/// nothing is known have a record too, which is named later. <c>XXX</c> is the travel documents' code for an unknown nation.
/// </summary>
internal static class Unnamed
{
    public const string Nation = "XXX";

    /// <param name="bib">The bib.</param>
    /// <param name="place">In the team, from 1.</param>
    /// <param name="of">How many wear the bib.</param>
    public static Athlete Athlete(int bib, int place, int of) => of == 1
        ? new Athlete { FirstName = "Bib", LastName = $"{bib}", Nation = Nation }
        : new Athlete { FirstName = $"Bib {bib}", LastName = $"athlete {place}", Nation = Nation };
}
