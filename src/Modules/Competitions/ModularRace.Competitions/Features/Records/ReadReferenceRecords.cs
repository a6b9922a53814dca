using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Records;

internal sealed class ReadReferenceRecordsHandler(CompetitionsDbContext db) : IRequestHandler<ReadReferenceRecords, IReadOnlyList<RecordVersion>>
{
    public async Task<IReadOnlyList<RecordVersion>> Handle(ReadReferenceRecords request, CancellationToken cancellationToken)
    {
        var competition = await db.Competitions.AsNoTracking().FirstOrDefaultAsync(c => c.ClientUuid == request.CompetitionUuid, cancellationToken);
        if (competition is null) return [];
        var races = await db.Races.AsNoTracking().Where(r => (r.SaidCompetitionUuid ?? r.CompetitionUuid) == competition.ClientUuid).OrderBy(r => r.Id).ToListAsync(cancellationToken);
        if (request.Date is { } date)
        {
            // The day is the venue's: a race at 00:30 there may still be yesterday in UTC.
            var venue = TimeZoneInfo.FindSystemTimeZoneById(competition.TimeZone);
            races.RemoveAll(r => r.ScheduledAt is { } at && DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, venue).DateTime) != date);
        }

        var raceUuids = races.Select(r => r.ClientUuid).ToArray();
        var locations = await db.RaceLocations.AsNoTracking().Where(l => raceUuids.Contains(l.SaidRaceUuid ?? l.RaceUuid)).OrderBy(l => l.Id).ToListAsync(cancellationToken);
        var bibs = await db.BibAssignments.AsNoTracking().Where(b => raceUuids.Contains(b.SaidRaceUuid ?? b.RaceUuid)).OrderBy(b => b.Id).ToListAsync(cancellationToken);
        var athleteUuids = bibs.SelectMany(b => b.AthleteUuids).Distinct().ToArray();
        var athletes = await db.Athletes.AsNoTracking().Where(a => athleteUuids.Contains(a.ClientUuid)).OrderBy(a => a.Id).ToListAsync(cancellationToken);
        var penalties = await db.Penalties.AsNoTracking().Where(p => (p.SaidCompetitionUuid ?? p.CompetitionUuid) == competition.ClientUuid).OrderBy(p => p.Id).ToListAsync(cancellationToken);
        var phrases = await db.Phrases.AsNoTracking().Where(p => (p.SaidCompetitionUuid ?? p.CompetitionUuid) == competition.ClientUuid).OrderBy(p => p.Id).ToListAsync(cancellationToken);
        ReferenceRecord[] all = [competition, .. races, .. locations, .. athletes, .. bibs, .. penalties, .. phrases];
        return await ReferenceChanges.ToRecordsAsync(db, all, cancellationToken);
    }
}
