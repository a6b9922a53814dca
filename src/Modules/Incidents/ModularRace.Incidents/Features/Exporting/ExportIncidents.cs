using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;

namespace ModularRace.Incidents.Features.Exporting;

/// <summary>
/// Every incident of a competition that stands, with its reports and its decision, race by race in the order in which they
/// were seen; whoever sees official ones only gets those. Of a competition that was merged into another, the other.
/// </summary>
/// <param name="CompetitionUuid">The competition; a practice is never exported: 409 <c>practice_competition</c>.</param>
/// <param name="Format">One of <see cref="Formats"/>; null: JSON.</param>
internal sealed record ExportIncidents(Guid CompetitionUuid, string? Format) : IQuery<CompetitionExport>
{
    public const string Csv = "csv", Json = "json";

    public static readonly string[] Formats = [Csv, Json];
}

/// <param name="Competition">Whose they are.</param>
/// <param name="Races">By position, time and name.</param>
/// <param name="Incidents">Read as they are written out, so that a season does not lie in memory; to be read once.</param>
internal sealed record CompetitionExport(ExportedCompetition Competition, IReadOnlyList<ExportedRace> Races, IAsyncEnumerable<IncidentView> Incidents);

internal sealed record ExportedCompetition(Guid ClientUuid, string Name, string? Place, string Country, DateOnly StartDate, DateOnly EndDate, string TimeZone);

/// <param name="Locations">In course order, those that were removed last.</param>
/// <param name="StartList">By bib.</param>
internal sealed record ExportedRace(
    Guid ClientUuid, string Name, string Discipline, DateTimeOffset? ScheduledAt, string Status, IReadOnlyList<ExportedLocation> Locations, IReadOnlyList<ExportedBib> StartList);

internal sealed record ExportedLocation(Guid ClientUuid, string Name);

internal sealed record ExportedBib(int BibNumber, string Names, string? Nation);

internal sealed class ExportIncidentsValidator : AbstractValidator<ExportIncidents>
{
    public ExportIncidentsValidator() => RuleFor(r => r.Format).IsOneOf(ExportIncidents.Formats);
}

internal sealed class ExportIncidentsHandler(IncidentsDbContext db, IMediator mediator, ICurrentActor current) : IRequestHandler<ExportIncidents, CompetitionExport>
{
    private const int AtOnce = 500;

    public async Task<CompetitionExport> Handle(ExportIncidents request, CancellationToken cancellationToken)
    {
        var competition = await FindAsync(request.CompetitionUuid, cancellationToken);
        if (!current.Actor.Sees(competition.ClientUuid)) throw Problem.Forbidden("Your role is not on this competition.");
        if (competition.Practice) throw new Problem(409, "practice_competition", "This competition is a practice, and nothing of it is exported.");

        var races = new List<ExportedRace>();
        foreach (var race in await mediator.Send(new FindRacesOfCompetition(competition.ClientUuid), cancellationToken))
        {
            var named = await db.Incidents.Where(i => i.RaceUuid == race.ClientUuid && i.RaceLocationUuid != null).Select(i => i.RaceLocationUuid!.Value)
                .Union(db.Reports.Where(r => r.RaceLocationUuid != null && db.Incidents.Any(i => i.ClientUuid == r.IncidentUuid && i.RaceUuid == race.ClientUuid)).Select(r => r.RaceLocationUuid!.Value))
                .ToArrayAsync(cancellationToken);
            var onCourse = await mediator.Send(new FindLocationsOfRace(race.ClientUuid), cancellationToken);
            var removed = (await mediator.Send(new FindLocations([.. named.Except(onCourse.Select(l => l.ClientUuid))]), cancellationToken)).OrderBy(l => l.Position).ThenBy(l => l.ClientUuid);
            var startList = await mediator.Send(new FindStartList(race.ClientUuid), cancellationToken);
            races.Add(new ExportedRace(
                race.ClientUuid, race.Name, race.Discipline, race.ScheduledAt, race.Status, [.. onCourse.Concat(removed).Select(l => new ExportedLocation(l.ClientUuid, l.Name))],
                [.. startList.Select(b => new ExportedBib(b.BibNumber, b.Names, b.Nation))]));
        }

        return new CompetitionExport(
            new ExportedCompetition(competition.ClientUuid, competition.Name, competition.Place, competition.Country, competition.StartDate, competition.EndDate, competition.TimeZone),
            races, ReadAsync([.. races.Select(r => r.ClientUuid)], current.Actor.SeesOfficialOnly(competition.ClientUuid), cancellationToken));
    }

    private async Task<CompetitionSummary> FindAsync(Guid uuid, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = (await mediator.Send(new FindCompetitions([uuid]), cancellationToken)).SingleOrDefault() ?? throw Problem.NotFound("competition");
            if (found.MergedInto is not { } other) return found;
            uuid = other;
        }
    }

    private async IAsyncEnumerable<IncidentView> ReadAsync(Guid[] races, bool officialOnly, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var race in races)
        {
            // All that stand at this moment: one that comes while they are written out is for the next time.
            var standing = await db.Incidents.Where(i => i.RaceUuid == race && i.Stands).OrderBy(i => i.OccurredAt).ThenBy(i => i.Number).Select(i => i.ClientUuid).ToListAsync(cancellationToken);
            foreach (var part in standing.Chunk(AtOnce))
            {
                var groups = await db.ReadGroupsAsync(part, cancellationToken);
                foreach (var uuid in part)
                    if (groups.GetValueOrDefault(uuid) is { } incident && (!officialOnly || incident.Status == Statuses.Official))
                        yield return incident;
            }
        }
    }
}
