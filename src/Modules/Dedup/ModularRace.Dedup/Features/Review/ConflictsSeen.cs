using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Access;

namespace ModularRace.Dedup.Features.Review;

/// <summary>Which conflicts a list holds.</summary>
internal static class ConflictsSeen
{
    /// <summary>R15: those that the actor may resolve. Who sees all competitions may be the jury of one only.</summary>
    public static IQueryable<ConflictRow> ForJury(this IQueryable<ConflictRow> conflicts, Actor actor)
    {
        if (actor.May(null, Roles.JuryPresident)) return conflicts;
        var mine = actor.Held(Roles.JuryPresident);
        return conflicts.Where(c => c.CompetitionUuid != null && mine.Contains(c.CompetitionUuid.Value));
    }

    public static IQueryable<ConflictRow> Fitting(this IQueryable<ConflictRow> conflicts, string? state, IReadOnlyCollection<Guid>? competitions, string? type)
    {
        if (state is not null) conflicts = conflicts.Where(c => (c.ResolvedAt == null) == (state == "pending"));
        if (competitions is not null) conflicts = conflicts.Where(c => c.CompetitionUuid != null && competitions.Contains(c.CompetitionUuid.Value));
        return type is null ? conflicts : conflicts.Where(c => c.ConflictType == type);
    }

    /// <summary>A competition with those that were merged into it: what a record of theirs is about goes by its own.</summary>
    public static async Task<IReadOnlyCollection<Guid>?> FamilyAsync(this IMediator mediator, Guid? competition, CancellationToken cancellationToken)
    {
        if (competition is not { } uuid) return null;
        return [uuid, .. (await mediator.Send(new FindMergedCompetitions(), cancellationToken)).Where(m => m.Value == uuid).Select(m => m.Key)];
    }

    /// <summary>The competitions on which the actor holds one of the roles by name, where it does not hold it on all.</summary>
    public static Guid[] Held(this Actor actor, params string[] roles) =>
        [.. actor.Grants.Select(g => g.CompetitionUuid).OfType<Guid>().Where(c => actor.May(c, roles)).Distinct()];
}
