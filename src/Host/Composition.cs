using ModularRace.Competitions;
using ModularRace.Dedup;
using ModularRace.Incidents;
using ModularRace.Shared.Web;
using ModularRace.Sync;

namespace ModularRace.Host;

/// <summary>Which modules run in which mode, and what each plays there. They stand on each other in this order.</summary>
internal static class Composition
{
    public static IReadOnlyList<IModule> Modules(SystemMode mode) => mode switch
    {
        SystemMode.Cloud =>
        [
            new CompetitionsModule(CompetitionsRole.KeepAndMerge),
            new IncidentsModule(IncidentsRole.KeepByRule),
            new DedupModule(DedupRole.RuleAndReview),
            new SyncModule(SyncRole.Server),
        ],
        SystemMode.OfflineDevice =>
        [
            new CompetitionsModule(CompetitionsRole.Keep),
            new IncidentsModule(IncidentsRole.KeepAndFilm),
            new DedupModule(DedupRole.Rule),
            new SyncModule(SyncRole.Device),
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };
}
