using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Features.Groupings;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;

namespace ModularRace.Dedup.Features.Review;

/// <summary>Why an incident's group is one incident: the merges that hold, and what they were worked out from.</summary>
internal sealed record ExplainGroup(Guid IncidentUuid) : IQuery<GroupExplanation>;

/// <param name="TimeZone">The venue's, IANA.</param>
/// <param name="Reasons">In the order in which they were made; none where the incident stands alone.</param>
/// <param name="Seen">The group's observations by corrected time, as the rule compares them.</param>
/// <param name="Apart">Incidents that a person told apart from this one and that stand, the latest word first; none where who asks may not group.</param>
/// <param name="RaceUuid">The incidents' race.</param>
/// <param name="MayGroup">Who asks may undo, and put together.</param>
internal sealed record GroupExplanation(
    string TimeZone, IReadOnlyList<MergeReason> Reasons, IReadOnlyList<SeenAt> Seen, IReadOnlyList<StandingApart> Apart, Guid RaceUuid, bool MayGroup);

/// <param name="By">Who said so: a name with role and system.</param>
internal sealed record StandingApart(IncidentSummary Incident, string By, DateTimeOffset At, string? Note);

/// <param name="At">Corrected.</param>
/// <param name="Own">By the clock of the system where it was made.</param>
/// <param name="By">Who says so.</param>
internal sealed record SeenAt(DateTimeOffset At, DateTimeOffset Own, string? By);

internal sealed class ExplainGroupHandler(DedupDbContext db, IMediator mediator, ICurrentActor current) : IRequestHandler<ExplainGroup, GroupExplanation>
{
    private const int MostApart = 20;

    public async Task<GroupExplanation> Handle(ExplainGroup request, CancellationToken cancellationToken)
    {
        var asked = await db.Members.AsNoTracking().SingleOrDefaultAsync(m => m.IncidentUuid == request.IncidentUuid, cancellationToken) ?? throw Problem.NotFound("incident");
        var members = await db.Members.AsNoTracking().Where(m => m.StandsFor == asked.StandsFor).ToListAsync(cancellationToken);
        // A viewer sees official incidents only, their reasons too.
        if (!current.Actor.Sees(asked.CompetitionUuid) || (current.Actor.SeesOfficialOnly(asked.CompetitionUuid) && members.All(m => m.Status != "official")))
            throw Problem.NotFound("incident");

        var uuids = members.Select(m => m.IncidentUuid).ToArray();
        var mayGroup = current.Actor.May(asked.CompetitionUuid, Roles.JuryPresident, Roles.VarOperator);
        var race = (await mediator.Send(new FindRaces([asked.RaceUuid]), cancellationToken)).SingleOrDefault();
        var seen = await db.Observations.AsNoTracking()
            .Where(o => uuids.Contains(o.IncidentUuid))
            .Select(o => new { o.IncidentUuid, o.ReportUuid, Seen = new SeenAt(o.OccurredAt, o.OccurredAtDevice, o.SeenBy) })
            .ToListAsync(cancellationToken);
        // An incident's own time is mostly that of its first report: it is shown where it says something else.
        var shown = seen.Where(o => o.ReportUuid is not null || !seen.Any(r => r.ReportUuid is not null && r.IncidentUuid == o.IncidentUuid && r.Seen.At == o.Seen.At));
        return new GroupExplanation(
            race?.TimeZone ?? "UTC",
            await mediator.Send(new FindMergeReasons([request.IncidentUuid]), cancellationToken),
            [.. shown.Select(o => o.Seen).OrderBy(s => s.At)],
            mayGroup ? await ApartAsync(uuids, asked, cancellationToken) : [], asked.RaceUuid, mayGroup);
    }

    private async Task<IReadOnlyList<StandingApart>> ApartAsync(Guid[] group, GroupMember asked, CancellationToken cancellationToken)
    {
        var said = await db.Groupings.AsNoTracking().Where(g => group.Contains(g.LowerUuid) || group.Contains(g.HigherUuid)).ToListAsync(cancellationToken);
        var held = said.Where(g => group.Contains(g.LowerUuid) != group.Contains(g.HigherUuid)).GroupBy(g => (g.LowerUuid, g.HigherUuid)).Select(g => g.Aggregate((a, b) => b.HoldsOver(a) ? b : a))
            .Where(g => g.Kind == GroupingContent.Apart).ToList();
        if (held.Count == 0) return [];
        Guid Other(GroupingRow g) => group.Contains(g.LowerUuid) ? g.HigherUuid : g.LowerUuid;
        var others = held.Select(Other).Distinct().ToArray();
        var standing = await db.Members.AsNoTracking().Where(m => others.Contains(m.IncidentUuid) && m.RaceUuid == asked.RaceUuid)
            .ToDictionaryAsync(m => m.IncidentUuid, m => m.StandsFor, cancellationToken);
        var latest = held.Where(g => standing.ContainsKey(Other(g))).GroupBy(g => standing[Other(g)])
            .ToDictionary(g => g.Key, g => g.Aggregate((a, b) => b.HoldsOver(a) ? b : a));
        return
        [
            .. (await mediator.Send(new FindIncidents(latest.Keys), cancellationToken))
                .Select(i => new StandingApart(i, latest[i.ClientUuid].SaidBy, latest[i.ClientUuid].SaidAt, latest[i.ClientUuid].Note)).OrderByDescending(a => a.At).Take(MostApart),
        ];
    }
}
