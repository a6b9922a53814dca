using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;
using Quartz;

namespace ModularRace.Incidents.Features.OnServer.Keeping;

/// <summary>
/// The clips that are due go by the rules of their competitions, each in transactions of its own: first it is said of its
/// reports, then the bytes go. What a host that died left half done is done by the next run. Answers how many went.
/// </summary>
internal sealed record RemoveDueClips : IRequest<int>;

internal sealed class RemoveDueClipsHandler(IncidentsDbContext db, ClipVerdicts verdicts, IMediator mediator, TimeProvider time) : IRequestHandler<RemoveDueClips, int>
{
    private const int AtOnce = 200;

    public async Task<int> Handle(RemoveDueClips request, CancellationToken cancellationToken)
    {
        var removed = 0;
        var now = time.GetUtcNow();
        foreach (var left in await db.Clips.Where(c => !c.Held && db.RemovedClips.Any(r => r.Sha256 == c.Sha256)).Select(c => c.Sha256).ToListAsync(cancellationToken))
            await mediator.Send(new DropRemovedClip(left), cancellationToken);

        var rules = await db.ClipRules.AsNoTracking().ToDictionaryAsync(r => r.CompetitionUuid, cancellationToken);
        foreach (var competition in rules.Count == 0 ? [] : await mediator.Send(new FindCompetitions(rules.Keys), cancellationToken))
        {
            if (ClipRule.DueAt(competition, rules[competition.ClientUuid].Days, rules[competition.ClientUuid].SetAt) > now) continue;
            foreach (var some in (await verdicts.CandidatesAsync(competition.ClientUuid, cancellationToken)).Chunk(AtOnce))
                foreach (var due in await verdicts.OfAsync(some, asIfDue: null, cancellationToken))
                    if (due.Stays is null && await mediator.Send(new ReleaseClip(due.Sha256), cancellationToken) && await mediator.Send(new DropRemovedClip(due.Sha256), cancellationToken))
                        removed++;
        }

        foreach (var competition in await db.RemovedClips.Where(r => r.NotedAt == null).Select(r => r.CompetitionUuid).Distinct().ToListAsync(cancellationToken))
            await mediator.Send(new NoteRemovedClips(competition), cancellationToken);
        return removed;
    }
}

/// <summary>Says of all reports that name it that a clip went by their rules, where these and all that could hold it are so still. True where it goes.</summary>
internal sealed record ReleaseClip(string Sha256) : ICommand<bool>;

internal sealed class ReleaseClipHandler(IncidentsDbContext db, ClipVerdicts verdicts, DatabaseSession session, TimeProvider time) : IRequestHandler<ReleaseClip, bool>
{
    public async Task<bool> Handle(ReleaseClip request, CancellationToken cancellationToken)
    {
        // Nobody decides, reopens, reports or holds anything of these races meanwhile, and nobody lifts a rule.
        var cases = await CasesAsync(request.Sha256, cancellationToken);
        await session.LockAsync(RaceLock.Scope, cases.Select(c => c.RaceUuid), cancellationToken);
        await session.LockAsync(ClipLock.Scope, ClipLock.Of(request.Sha256), cancellationToken);
        var competitions = cases.Select(c => c.CompetitionUuid).Distinct().ToArray();
        await db.Database.ExecuteSqlAsync($"SELECT FROM incidents.clip_rules WHERE competition_uuid = ANY({competitions}) FOR SHARE", cancellationToken);
        // A case of another race names it since: the next run has that race, too.
        if ((await CasesAsync(request.Sha256, cancellationToken)).Except(cases).Any()) return false;

        if ((await verdicts.OfAsync([request.Sha256], asIfDue: null, cancellationToken)).SingleOrDefault() is not { Stays: null, Named.Count: > 0 } due) return false;
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        db.RemovedClips.AddRange(due.Named.Select(n => new RemovedClip
        {
            ReportUuid = n.ReportUuid, Sha256 = n.Sha256, CompetitionUuid = n.CompetitionUuid, SizeBytes = due.SizeBytes, DurationMs = due.DurationMs, RemovedAt = now,
        }));
        await db.SaveChangesAsync(cancellationToken);
        await db.Clips.Where(c => c.Sha256 == request.Sha256)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Held, false).SetProperty(c => c.State, ClipStates.Pending).SetProperty(c => c.HasPoster, false).SetProperty(c => c.ChangedAt, now), cancellationToken);
        return true;
    }

    private async Task<List<Case>> CasesAsync(string sha256, CancellationToken cancellationToken) =>
        await db.Reports.Where(r => r.Clip!.Sha256 == sha256).Join(db.Incidents, r => r.IncidentUuid, i => i.ClientUuid, (r, i) => new Case(i.RaceUuid, i.CompetitionUuid)).Distinct().ToListAsync(cancellationToken);

    private sealed record Case(Guid RaceUuid, Guid CompetitionUuid);
}

/// <summary>The bytes and the picture of a clip that went from all its reports, where nobody brought it anew for another. True where they are gone.</summary>
internal sealed record DropRemovedClip(string Sha256) : ICommand<bool>;

internal sealed class DropRemovedClipHandler(IncidentsDbContext db, DatabaseSession session, IClipStore store) : IRequestHandler<DropRemovedClip, bool>
{
    public async Task<bool> Handle(DropRemovedClip request, CancellationToken cancellationToken)
    {
        await session.LockAsync(ClipLock.Scope, ClipLock.Of(request.Sha256), cancellationToken);
        if (await db.Clips.AnyAsync(c => c.Sha256 == request.Sha256 && c.Held, cancellationToken)) return false;
        // Under the lock, and before the row: where the commit fails, the next run finds it and does it anew.
        await store.DropAsync(request.Sha256, CancellationToken.None);
        await db.Clips.Where(c => c.Sha256 == request.Sha256 && c.State == ClipStates.Pending).ExecuteDeleteAsync(cancellationToken);
        return true;
    }
}

/// <summary>Writes down what went from a competition since it was written down last: each clip once, however often a run was cut off.</summary>
internal sealed record NoteRemovedClips(Guid CompetitionUuid) : ICommand<Done>;

internal sealed class NoteRemovedClipsHandler(IncidentsDbContext db, IMediator mediator, TimeProvider time) : IRequestHandler<NoteRemovedClips, Done>
{
    public async Task<Done> Handle(NoteRemovedClips request, CancellationToken cancellationToken)
    {
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        var noted = (await db.Database.SqlQuery<NotedClip>(
            $"UPDATE incidents.removed_clips SET noted_at = {now} WHERE competition_uuid = {request.CompetitionUuid} AND noted_at IS NULL RETURNING sha256, size_bytes").ToListAsync(cancellationToken))
            .Distinct().ToList();
        if (noted.Count == 0) return default;
        var competition = (await mediator.Send(new FindCompetitions([request.CompetitionUuid]), cancellationToken)).Single();
        await mediator.Publish(new ClipsRemoved(competition.ClientUuid, competition.Name, noted.Count, noted.Sum(c => c.SizeBytes)), cancellationToken);
        return default;
    }

    private sealed record NotedClip(string Sha256, long SizeBytes);
}

[DisallowConcurrentExecution]
internal sealed class RemoveDueClipsJob(IMediator mediator, ILogger<RemoveDueClipsJob> logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var removed = await mediator.Send(new RemoveDueClips(), cancellationToken);
        if (removed > 0) logger.LogInformation("{Clips} clips went by the rules of their competitions", removed);
    }
}
