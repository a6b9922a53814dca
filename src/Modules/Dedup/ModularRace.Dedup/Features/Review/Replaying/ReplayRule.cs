using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Dedup.Features.Review.Replaying;

/// <summary>
/// The duplicate rule over a competition with another window, beside the rule as it is: which groups would be others. Nothing
/// is changed. It is how an organiser learns to trust the 30 seconds.
/// </summary>
internal sealed record ReplayRule(Guid CompetitionUuid, long WindowMs) : IQuery<ReplayView>;

/// <param name="WindowMs">The window that was tried, inclusive.</param>
/// <param name="RuleWindowMs">The rule's.</param>
/// <param name="Incidents">All that were looked at.</param>
/// <param name="StandingNow">Groups by the rule as it is.</param>
/// <param name="StandingThen">Groups by the window that was tried.</param>
/// <param name="Changes">Where the two differ, by time.</param>
internal sealed record ReplayView(Guid CompetitionUuid, long WindowMs, long RuleWindowMs, int Incidents, int StandingNow, int StandingThen, IReadOnlyList<RegroupedView> Changes);

/// <summary>Incidents that would stand together otherwise.</summary>
/// <param name="Now">Their groups, the one that stands first in each.</param>
/// <param name="Then">The same with the window that was tried.</param>
/// <param name="Reasons">A sentence for each pair that would join, or would not any more.</param>
internal sealed record RegroupedView(Guid RaceUuid, IReadOnlyList<IReadOnlyList<Guid>> Now, IReadOnlyList<IReadOnlyList<Guid>> Then, IReadOnlyList<string> Reasons);

internal sealed class ReplayRuleValidator : AbstractValidator<ReplayRule>
{
    public const long Most = 300_000;

    public ReplayRuleValidator() => RuleFor(r => r.WindowMs).InclusiveBetween(0, Most).WithMessage($"It is from 0 to {Most}: five minutes.");
}

internal sealed class ReplayRuleHandler(DedupDbContext db, IMediator mediator, ICurrentActor current) : IRequestHandler<ReplayRule, ReplayView>
{
    public async Task<ReplayView> Handle(ReplayRule request, CancellationToken cancellationToken)
    {
        current.Actor.Require(request.CompetitionUuid, Roles.JuryPresident, Roles.VarOperator);
        if ((await mediator.Send(new FindCompetitions([request.CompetitionUuid]), cancellationToken)).Count == 0) throw Problem.NotFound("competition");
        var members = await db.Members.AsNoTracking().Where(m => m.CompetitionUuid == request.CompetitionUuid).ToListAsync(cancellationToken);
        var observations = await db.Observations.AsNoTracking()
            .Where(o => db.Members.Any(m => m.IncidentUuid == o.IncidentUuid && m.CompetitionUuid == request.CompetitionUuid)).ToListAsync(cancellationToken);
        var said = (await db.Groupings.AsNoTracking()
                .Where(g => db.Members.Any(m => m.IncidentUuid == g.LowerUuid && m.CompetitionUuid == request.CompetitionUuid)).ToListAsync(cancellationToken))
            .GroupBy(g => (g.LowerUuid, g.HigherUuid)).Select(g => g.Aggregate((a, b) => b.HoldsOver(a) ? b : a));
        var input = await RuleInput.ReadAsync(db, members, observations, said, cancellationToken);
        // The rule as it is, worked out anew too: what differs is the window alone.
        var (now, then) = (DuplicateRule.Group(input.Candidates, input.Said), DuplicateRule.Group(input.Candidates, input.Said, request.WindowMs));
        var byUuid = members.ToDictionary(m => m.IncidentUuid);
        var standing = (Groups groups) => groups.StandsFor.Count(s => s.Key == s.Value && !byUuid[s.Key].Withdrawn);
        return new ReplayView(
            request.CompetitionUuid, request.WindowMs, DuplicateRule.WindowMs, members.Count, standing(now), standing(then), await ChangesAsync(byUuid, now, then, cancellationToken));
    }

    private async Task<IReadOnlyList<RegroupedView>> ChangesAsync(Dictionary<Guid, GroupMember> byUuid, Groups now, Groups then, CancellationToken cancellationToken)
    {
        var neighbours = new Neighbours(now, then);
        var changed = byUuid.Keys.GroupBy(neighbours.Of).Select(g => g.ToList())
            .Where(g => g.Exists(i => now.StandsFor[i] != then.StandsFor[i]))
            .OrderBy(g => g.Min(i => byUuid[i].OccurredAt)).ToList();
        var (before, after) = (now.Joins.ToDictionary(j => (j.Lower, j.Higher)), then.Joins.ToDictionary(j => (j.Lower, j.Higher)));
        var joining = after.Where(j => !before.ContainsKey(j.Key)).Select(j => (Join: j.Value, Joined: true));
        var parting = before.Where(j => !after.ContainsKey(j.Key)).Select(j => (Join: j.Value, Joined: false));
        // A pair may only hold a group together in another way than before: what changes is said by who stands with whom.
        var told = joining.Concat(parting)
            .Where(j => (now.StandsFor[j.Join.Lower] == now.StandsFor[j.Join.Higher]) != (then.StandsFor[j.Join.Lower] == then.StandsFor[j.Join.Higher]))
            .Where(j => j.Join is { First: not null, Second: not null }).ToLookup(j => neighbours.Of(j.Join.Lower));
        var seen = told.SelectMany(t => t).SelectMany(t => new[] { t.Join.First!, t.Join.Second! }).ToList();
        var words = await RaceWords.ReadAsync(mediator, ReasonWords.Spoken, seen.Select(o => o.Race), seen.Select(o => o.Location).OfType<Guid>(), cancellationToken);
        return [.. changed.Select(g => new RegroupedView(
            byUuid[g[0]].RaceUuid, ByGroup(g, now), ByGroup(g, then),
            [.. told[neighbours.Of(g[0])].OrderBy(t => t.Join.First!.At).Select(t => Sentence(words, t.Join.First!, t.Join.Second!, t.Joined))]))];
    }

    private static string Sentence(RaceWords words, Observation first, Observation second, bool joined) => joined
        ? Say("{0}: {1}: they would be one incident", words.Who(first, second), words.ReportsApart(first, second))
        : Say("{0}: {1}: they would be two incidents", words.Who(first, second), words.ReportsApart(first, second));

    private static IReadOnlyList<IReadOnlyList<Guid>> ByGroup(List<Guid> incidents, Groups groups) =>
        [.. incidents.GroupBy(i => groups.StandsFor[i]).Select(g => (IReadOnlyList<Guid>)[g.Key, .. g.Where(i => i != g.Key)])];

    /// <summary>Who stands with whom by either run, and so on.</summary>
    private sealed class Neighbours
    {
        private readonly Dictionary<Guid, Guid> above = [];

        public Neighbours(params Groups[] runs)
        {
            foreach (var (incident, stands) in runs.SelectMany(r => r.StandsFor))
                if (Of(incident) is var a && Of(stands) is var b && a != b)
                    above[a] = b;
        }

        public Guid Of(Guid incident)
        {
            while (above.TryGetValue(incident, out var next)) incident = next;
            return incident;
        }
    }
}
