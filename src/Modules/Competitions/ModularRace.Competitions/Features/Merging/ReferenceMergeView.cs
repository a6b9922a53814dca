using ModularRace.Competitions.Contracts;

namespace ModularRace.Competitions.Features.Merging;

/// <summary>What a merge of competitions or races moves and joins: done, or with <c>preview</c> only looked at.</summary>
/// <param name="FromUuid">What goes into the other. Its record stays, with <c>merged_into</c>.</param>
/// <param name="IntoUuid">What stands.</param>
/// <param name="Preview">True: nothing was changed.</param>
/// <param name="Races">Those that move, by name.</param>
/// <param name="Locations">Those of the races that meet another, by name.</param>
/// <param name="Bibs">How many bibs move.</param>
/// <param name="DifferentBibs">Bibs that stand on both lists with other athletes: those of the race that stands are shown.</param>
/// <param name="AthletesMet">How many athletes are the same as one of the other start lists.</param>
/// <param name="Incidents">How many incidents move.</param>
/// <param name="Joined">Incidents that stand now and would be shown with another: the duplicate rule runs anew.</param>
internal sealed record ReferenceMergeView(
    Guid FromUuid, Guid IntoUuid, bool Preview, IReadOnlyList<MovedView> Races, IReadOnlyList<MovedView> Locations, int Bibs, IReadOnlyList<int> DifferentBibs, int AthletesMet,
    int Incidents, IReadOnlyList<JoinedIncident> Joined);

/// <param name="IntoUuid">Which it meets; null: it moves as it is.</param>
internal sealed record MovedView(Guid ClientUuid, string Name, Guid? IntoUuid);

/// <summary>What <c>POST …/merge</c> says.</summary>
/// <param name="IntoUuid">What stands.</param>
/// <param name="Locations">Of a race: location to the one that it is the same as, null to keep it apart; those that are not named meet by name.</param>
/// <param name="Preview">As in the query: whoever asks for a preview in either place gets one, and nothing is merged.</param>
internal sealed record ReferenceMergeBody(Guid? IntoUuid, IReadOnlyDictionary<Guid, Guid?>? Locations, bool? Preview = null);
