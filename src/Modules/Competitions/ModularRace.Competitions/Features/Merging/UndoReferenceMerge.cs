using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Features.Competitions;
using ModularRace.Competitions.Features.Races;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;

namespace ModularRace.Competitions.Features.Merging;

/// <summary>Two competitions are two again: what hung on the first hangs on it again, with what it has got since.</summary>
internal sealed record UndoCompetitionMerge(Guid CompetitionUuid) : ICommand<CompetitionView>;

/// <summary>The same for two races; also for one that met another in a merge of competitions.</summary>
internal sealed record UndoRaceMerge(Guid RaceUuid) : ICommand<RaceView>;

internal sealed class UndoReferenceMergeHandler(CompetitionsDbContext db, ReferenceMerger merger, ReferenceAccess access)
    : IRequestHandler<UndoCompetitionMerge, CompetitionView>, IRequestHandler<UndoRaceMerge, RaceView>
{
    public async Task<CompetitionView> Handle(UndoCompetitionMerge request, CancellationToken cancellationToken)
    {
        access.MustEdit(request.CompetitionUuid);
        await merger.LockAsync(cancellationToken);
        var competition = await db.Competitions.SingleOrDefaultAsync(c => c.ClientUuid == request.CompetitionUuid, cancellationToken) ?? throw Problem.NotFound("competition");
        access.MustEdit(competition.MergedInto ?? competition.ClientUuid);
        RequireMerged(competition);
        await merger.UndoAsync(competition, cancellationToken);
        return CompetitionView.Of(await db.Competitions.AsNoTracking().SingleAsync(c => c.ClientUuid == request.CompetitionUuid, cancellationToken));
    }

    public async Task<RaceView> Handle(UndoRaceMerge request, CancellationToken cancellationToken)
    {
        await merger.LockAsync(cancellationToken);
        var race = await db.Races.SingleOrDefaultAsync(r => r.ClientUuid == request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        access.MustEdit(race.CompetitionUuid);
        if (race.MergedInto is { } into) access.MustEdit(await db.Races.Where(r => r.ClientUuid == into).Select(r => r.CompetitionUuid).SingleAsync(cancellationToken));
        RequireMerged(race);
        await merger.UndoAsync(race, cancellationToken);
        return RaceView.Of(await db.Races.AsNoTracking().SingleAsync(r => r.ClientUuid == request.RaceUuid, cancellationToken));
    }

    private static void RequireMerged(MergeableRecord record)
    {
        if (record.MergedInto is null) throw Problem.Conflict("not_merged", "It was not merged into another.");
    }
}
