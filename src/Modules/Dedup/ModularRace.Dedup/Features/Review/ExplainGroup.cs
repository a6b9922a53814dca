using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;

namespace ModularRace.Dedup.Features.Review;

/// <summary>Why an incident's group is one incident: the merges that hold, and what they were worked out from.</summary>
internal sealed record ExplainGroup(Guid IncidentUuid) : IQuery<GroupExplanation>;

/// <param name="TimeZone">The venue's, IANA.</param>
/// <param name="Reasons">In the order in which they were made; none where the incident stands alone.</param>
/// <param name="Seen">The group's observations by corrected time, as the rule compares them.</param>
internal sealed record GroupExplanation(string TimeZone, IReadOnlyList<MergeReason> Reasons, IReadOnlyList<SeenAt> Seen);

/// <param name="At">Corrected.</param>
/// <param name="Own">By the clock of the system where it was made.</param>
/// <param name="By">Who says so.</param>
internal sealed record SeenAt(DateTimeOffset At, DateTimeOffset Own, string? By);

internal sealed class ExplainGroupHandler(DedupDbContext db, IMediator mediator, ICurrentActor current) : IRequestHandler<ExplainGroup, GroupExplanation>
{
    public async Task<GroupExplanation> Handle(ExplainGroup request, CancellationToken cancellationToken)
    {
        var asked = await db.Members.AsNoTracking().SingleOrDefaultAsync(m => m.IncidentUuid == request.IncidentUuid, cancellationToken) ?? throw Problem.NotFound("incident");
        var members = await db.Members.AsNoTracking().Where(m => m.StandsFor == asked.StandsFor).ToListAsync(cancellationToken);
        // A viewer sees official incidents only, their reasons too.
        if (!current.Actor.Sees(asked.CompetitionUuid) || (current.Actor.SeesOfficialOnly(asked.CompetitionUuid) && members.All(m => m.Status != "official")))
            throw Problem.NotFound("incident");

        var uuids = members.Select(m => m.IncidentUuid).ToArray();
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
            [.. shown.Select(o => o.Seen).OrderBy(s => s.At)]);
    }
}
