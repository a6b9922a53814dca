namespace ModularRace.Competitions.Domain;

/// <param name="Name">As the referee taps it.</param>
/// <param name="CourseSegment">The part of the course that it belongs to.</param>
internal sealed record UsualLocation(string Name, string CourseSegment);

/// <summary>The disciplines of ski mountaineering, and where incidents usually happen in each: a new race gets those places.</summary>
internal static class Disciplines
{
    public const string Individual = "individual", Team = "team", Sprint = "sprint", Vertical = "vertical", MixedRelay = "mixed_relay", Other = "other";

    public static readonly IReadOnlyList<string> All = [Individual, Team, Sprint, Vertical, MixedRelay, Other];

    private static readonly Dictionary<string, UsualLocation[]> Locations = new(StringComparer.Ordinal)
    {
        [Sprint] =
        [
            new("Start", "start"),
            new("Climb", "ascent"),
            new("Transition 1", "transition"),
            new("Foot part", "foot"),
            new("Transition 2", "transition"),
            new("Descent", "descent"),
            new("Finish", "finish"),
        ],
        [Individual] =
        [
            new("Start", "start"),
            new("Climb 1", "ascent"),
            new("Transition 1", "transition"),
            new("Descent 1", "descent"),
            new("Transition 2", "transition"),
            new("Climb 2", "ascent"),
            new("Foot part", "foot"),
            new("Transition 3", "transition"),
            new("Descent 2", "descent"),
            new("Equipment check", "control"),
            new("Finish", "finish"),
        ],
        [Team] =
        [
            new("Start", "start"),
            new("Climb 1", "ascent"),
            new("Transition 1", "transition"),
            new("Descent 1", "descent"),
            new("Transition 2", "transition"),
            new("Climb 2", "ascent"),
            new("Foot part", "foot"),
            new("Transition 3", "transition"),
            new("Descent 2", "descent"),
            new("Team control", "control"),
            new("Finish", "finish"),
        ],
        [Vertical] =
        [
            new("Start", "start"),
            new("Lower climb", "ascent"),
            new("Checkpoint", "control"),
            new("Upper climb", "ascent"),
            new("Finish", "finish"),
        ],
        [MixedRelay] =
        [
            new("Start", "start"),
            new("Climb 1", "ascent"),
            new("Transition 1", "transition"),
            new("Descent 1", "descent"),
            new("Transition 2", "transition"),
            new("Climb 2", "ascent"),
            new("Foot part", "foot"),
            new("Transition 3", "transition"),
            new("Descent 2", "descent"),
            new("Relay exchange", "exchange"),
            new("Finish", "finish"),
        ],
    };

    /// <summary>In course order; none for <see cref="Other"/>.</summary>
    public static IReadOnlyList<UsualLocation> UsualLocations(string discipline) => Locations.GetValueOrDefault(discipline, []);
}
