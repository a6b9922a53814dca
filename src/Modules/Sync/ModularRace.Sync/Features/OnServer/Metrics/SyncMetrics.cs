namespace ModularRace.Sync.Features.OnServer.Metrics;

/// <summary>The figures of a competition, or of all. A figure of which nothing is known yet is null.</summary>
/// <param name="SyncSuccessRate">Runs that ended without an error of any record or request, over runs that reached the cloud.</param>
/// <param name="DuplicateRate">Standing incidents with a twin that the rule should have joined, over standing incidents.</param>
/// <param name="MissedDuplicates">Pairs that a person put together and the rule had not.</param>
/// <param name="FalseMerges">Pairs that the rule had joined and a person told apart.</param>
/// <param name="ConflictRate">Incidents that ever were in a conflict, over incidents uploaded.</param>
/// <param name="SyncDurationSeconds">Of runs that reached the cloud, without their clips.</param>
/// <param name="ClipsDurationSeconds">Of the clips of a run.</param>
/// <param name="OfflineHours">Longest time from one contact of a device to the next in which it took reports.</param>
internal sealed record SyncMetrics(
    Guid? CompetitionUuid, DateTimeOffset? From, DateTimeOffset? To,
    double? SyncSuccessRate, double? DuplicateRate, int? MissedDuplicates, int? FalseMerges, double? ConflictRate,
    Spread SyncDurationSeconds, Spread ClipsDurationSeconds, double? OfflineHours, MetricTargets Targets, MetricCounts Counts);

/// <param name="P50">Half of them took at most so long.</param>
/// <param name="P95">Of twenty, nineteen took at most so long.</param>
internal sealed record Spread(double? P50, double? P95, double? Max);

/// <summary>What is aimed at. <c>met</c> is null where nothing is known yet.</summary>
internal sealed record MetricTargets(Target SyncSuccessRate, Target DuplicateRate, Target ConflictRate, Target SyncDurationSeconds, Target OfflineHours)
{
    public static MetricTargets Of(double? success, double? duplicates, double? conflicts, double? longestRun, double? offline) => new(
        Target.AtLeast(.99, success), Target.AtMost(0, duplicates), Target.Below(.05, conflicts), Target.Below(300, longestRun), Target.AtLeast(12, offline));
}

/// <param name="Goal"><c>at_least, at_most, below</c>.</param>
internal sealed record Target(string Goal, double Value, bool? Met)
{
    public static Target AtLeast(double value, double? figure) => new("at_least", value, figure is { } f ? f >= value : null);

    public static Target AtMost(double value, double? figure) => new("at_most", value, figure is { } f ? f <= value : null);

    public static Target Below(double value, double? figure) => new("below", value, figure is { } f ? f < value : null);
}

/// <summary>What the figures are made of.</summary>
/// <param name="Runs">All, those that did not reach the cloud among them.</param>
/// <param name="RunsDerived">Of those, uploads of devices that tell no runs, each counted as one.</param>
/// <param name="ClipRuns">Runs that carried clips.</param>
internal sealed record MetricCounts(
    int Runs, int RunsReached, int RunsWithoutError, int RunsDerived, int ClipRuns, int IncidentsStanding, int Duplicates, int IncidentsUploaded, int IncidentsInConflict);
