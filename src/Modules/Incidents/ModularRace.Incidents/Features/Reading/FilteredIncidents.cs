using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Features.Reading;

/// <summary>Which incidents a list shows, and its counts count: those that stand, that the caller may see, and that fit its filters.</summary>
internal sealed class FilteredIncidents(IncidentsDbContext db, IMediator mediator, ICurrentActor current)
{
    /// <exception cref="Problem">404: no such race; 403: the caller has no role on its competition.</exception>
    public async Task<IQueryable<Incident>> OfAsync(ListIncidents request, CancellationToken cancellationToken)
    {
        var race = await StandingRace.FindAsync(mediator, request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        if (!current.Actor.Sees(race.CompetitionUuid)) throw Problem.Forbidden("Your role is not on this competition.");

        var standing = db.Incidents.Where(i => i.RaceUuid == race.ClientUuid && i.Stands);
        var official = current.Actor.SeesOfficialOnly(race.CompetitionUuid);
        if (official || request.Status == Statuses.Official)
            standing = standing.Where(i => db.Incidents.Any(m => m.GroupUuid == i.ClientUuid && m.Status == Statuses.Official));
        if (request.Status == Statuses.Unofficial)
            standing = standing.Where(i => !db.Incidents.Any(m => m.GroupUuid == i.ClientUuid && m.Status == Statuses.Official));
        if (request.Decision == Decisions.Pending)
            standing = standing.Where(i => !db.Incidents.Any(m => m.GroupUuid == i.ClientUuid && m.Decision != Decisions.Pending));
        else if (request.Decision is not null)
            standing = standing.Where(i => db.Incidents
                .Where(m => m.GroupUuid == i.ClientUuid && m.Decision != Decisions.Pending)
                .OrderBy(m => m.DecidedAt).ThenBy(m => m.OccurredAt).ThenBy(m => m.ClientUuid).Select(m => m.Decision).FirstOrDefault() == request.Decision);
        if (request.BibNumber is { } bib) standing = standing.Where(i => i.BibNumber == bib);
        if (request.RaceLocationUuid is { } named)
        {
            var location = (await mediator.Send(new FindLocations([named]), cancellationToken)).SingleOrDefault()?.StandsFor ?? named;
            standing = standing.Where(i => db.Incidents
                .Where(m => m.GroupUuid == i.ClientUuid).OrderBy(m => m.OccurredAt).ThenBy(m => m.ClientUuid).Select(m => m.RaceLocationUuid).First() == location);
        }

        if (request.Origin is { } origin)
            standing = standing.Where(i => db.Incidents.Any(m => m.GroupUuid == i.ClientUuid
                && db.Reports.Any(r => r.IncidentUuid == m.ClientUuid && r.WithdrawnAt == null && r.Origin == origin)));
        standing = WithClip(standing, request.Clip);
        if (request.Decided)
            standing = standing.Where(i => db.Incidents.Any(m => m.GroupUuid == i.ClientUuid && m.Decision != Decisions.Pending));
        return standing;
    }

    private IQueryable<Incident> WithClip(IQueryable<Incident> standing, string? clip)
    {
        var filmed = db.Reports.Where(r => r.WithdrawnAt == null && r.Clip != null);
        if (clip == ClipFilters.Removed)
            filmed = filmed.Where(r => db.RemovedClips.Any(x => x.ReportUuid == r.ClientUuid && x.Sha256 == r.Clip!.Sha256));
        else if (clip is ClipStates.Stored or ClipStates.Failed or ClipStates.Pending)
            filmed = filmed.Where(r => !db.RemovedClips.Any(x => x.ReportUuid == r.ClientUuid && x.Sha256 == r.Clip!.Sha256));
        if (clip is ClipStates.Stored or ClipStates.Failed)
            filmed = filmed.Where(r => db.Clips.Any(c => c.Sha256 == r.Clip!.Sha256 && c.State == clip));
        else if (clip == ClipStates.Pending) // what nothing came of yet is on its way too
            filmed = filmed.Where(r => !db.Clips.Any(c => c.Sha256 == r.Clip!.Sha256 && c.State != clip));
        return clip switch
        {
            null => standing,
            ClipFilters.Without => standing.Where(i => !db.Incidents.Any(m => m.GroupUuid == i.ClientUuid && filmed.Any(r => r.IncidentUuid == m.ClientUuid))),
            _ => standing.Where(i => db.Incidents.Any(m => m.GroupUuid == i.ClientUuid && filmed.Any(r => r.IncidentUuid == m.ClientUuid))),
        };
    }
}
