using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;

namespace ModularRace.Dedup.Features.Review.ByHand;

/// <summary>Incidents of the same race that a person may put together with this one: those of its bib first, then the nearest in time.</summary>
/// <param name="IncidentUuid">An alias means its group.</param>
/// <param name="Bib">Only those in which this bib was seen; null: all.</param>
internal sealed record FindMergeable(Guid IncidentUuid, int? Bib = null) : IQuery<IReadOnlyList<IncidentSummary>>;

internal sealed class FindMergeableHandler(DedupDbContext db, IMediator mediator, ICurrentActor current, ISystemIdentity system)
    : IRequestHandler<FindMergeable, IReadOnlyList<IncidentSummary>>
{
    private const int MostOfTheBib = 40, MostEachSide = 40;

    public async Task<IReadOnlyList<IncidentSummary>> Handle(FindMergeable request, CancellationToken cancellationToken)
    {
        var asked = await db.Members.AsNoTracking().SingleOrDefaultAsync(m => m.IncidentUuid == request.IncidentUuid, cancellationToken) ?? throw Problem.NotFound("incident");
        current.RequireGrouping(system, asked.CompetitionUuid);
        var (at, race, own) = (asked.OccurredAt, asked.RaceUuid, asked.StandsFor);
        var bibs = request.Bib is { } bib
            ? [bib]
            : await db.Observations.Where(o => db.Members.Any(m => m.StandsFor == own && m.IncidentUuid == o.IncidentUuid) && o.BibNumber != null)
                .Select(o => o.BibNumber!.Value).Distinct().ToArrayAsync(cancellationToken);

        var standing = db.Members.AsNoTracking().Where(m => m.RaceUuid == race && m.StandsFor == m.IncidentUuid && m.StandsFor != own && !m.Withdrawn);
        var same = standing.Where(m => db.Members.Any(a => a.StandsFor == m.IncidentUuid
            && db.Observations.Any(o => o.IncidentUuid == a.IncidentUuid && o.BibNumber != null && bibs.Contains(o.BibNumber.Value))));
        var near = (await NearestAsync(same, at, MostOfTheBib, cancellationToken)).ToList();
        if (request.Bib is null)
        {
            var first = near.ToHashSet();
            near.AddRange((await NearestAsync(standing, at, MostEachSide, cancellationToken)).Where(u => !first.Contains(u)));
        }

        var found = (await mediator.Send(new FindIncidents(near), cancellationToken)).ToDictionary(i => i.ClientUuid);
        return [.. near.Where(found.ContainsKey).Select(u => found[u])];
    }

    /// <summary>So many before it and so many after it, the nearest first.</summary>
    private static async Task<IEnumerable<Guid>> NearestAsync(IQueryable<GroupMember> among, DateTimeOffset at, int most, CancellationToken cancellationToken)
    {
        var before = await among.Where(m => m.OccurredAt <= at).OrderByDescending(m => m.OccurredAt).Take(most)
            .Select(m => new { m.IncidentUuid, m.OccurredAt }).ToListAsync(cancellationToken);
        var after = await among.Where(m => m.OccurredAt > at).OrderBy(m => m.OccurredAt).Take(most)
            .Select(m => new { m.IncidentUuid, m.OccurredAt }).ToListAsync(cancellationToken);
        return before.Concat(after).OrderBy(m => (m.OccurredAt - at).Duration()).Select(m => m.IncidentUuid);
    }
}
