using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Contracts;

/// <summary>
/// Does all that a tap does, of a race of its own, and undoes it: what is slow the first time (queries that are compiled, code,
/// plans) is over before the referee's first tap, after a start in the morning as after one in the middle of a race. Nothing of
/// it stays, nobody hears of it.
/// </summary>
public sealed record RehearseTap : ICommand<Done>;
