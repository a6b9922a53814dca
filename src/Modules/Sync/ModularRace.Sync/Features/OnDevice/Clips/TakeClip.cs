using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Features.OnDevice.Clips;

/// <summary>The next clip that may go: that of the oldest report, once the report itself is where it belongs (R12). Null: none.</summary>
/// <param name="ByHand">A person asked for this run.</param>
/// <param name="Going">Those that go just now: the next after them.</param>
internal sealed record TakeClip(bool ByHand, IReadOnlyCollection<string> Going) : IQuery<ClipOnItsWay?>;

/// <param name="ContentType">As its content says.</param>
/// <param name="Waiting">How many may go, this one among them.</param>
internal sealed record ClipOnItsWay(string Sha256, Guid ReportUuid, long SizeBytes, string ContentType, int Waiting);

/// <summary>
/// How many bytes of clips may go in one request now, 0: none. Somebody may have chosen otherwise meanwhile, the link may be
/// none of the good ones, or the day's limit reached; where nobody knows how good it is, a trial's.
/// </summary>
internal sealed record MayClipsGo(bool ByHand) : IQuery<int>;

/// <summary>How many clips may go now by themselves.</summary>
internal sealed record CountClipsDue : IQuery<int>;

internal sealed class TakeClipHandler(SyncDbContext db, AnchoredClock clock, ClipTerms terms, LinkRate rate, IMediator mediator) : IRequestHandler<TakeClip, ClipOnItsWay?>, IRequestHandler<MayClipsGo, int>, IRequestHandler<CountClipsDue, int>
{
    public async Task<ClipOnItsWay?> Handle(TakeClip request, CancellationToken cancellationToken)
    {
        var due = await DueAsync(request.ByHand, cancellationToken);
        if (request.Going.Count > 0) due = due.Where(t => !request.Going.Contains(t.Sha256));
        if (await due.FirstOrDefaultAsync(cancellationToken) is not { } next) return null;
        var held = (await mediator.Send(new FindHeldClips([next.Sha256]), cancellationToken)).SingleOrDefault();
        return new ClipOnItsWay(next.Sha256, next.ReportUuid, next.SizeBytes, held?.ContentType ?? "", await due.CountAsync(cancellationToken));
    }

    public async Task<int> Handle(MayClipsGo request, CancellationToken cancellationToken)
    {
        var now = await terms.ReadAsync(cancellationToken);
        // The limit stands for a person too: Sync now is for records, and touched by habit.
        if (now.Wait == ClipTermsNow.DayLimit || (now.Wait is not null && !request.ByHand)) return 0;
        return now.Send == ClipSending.GoodLink && !request.ByHand && rate.IsGood is null ? LinkRate.Trial : int.MaxValue;
    }

    public async Task<int> Handle(CountClipsDue request, CancellationToken cancellationToken) => await (await DueAsync(byHand: false, cancellationToken)).CountAsync(cancellationToken);

    private async Task<IQueryable<ClipTransfer>> DueAsync(bool byHand, CancellationToken cancellationToken)
    {
        var now = clock.Read().Corrected;
        var never = now + RetryTimes.Beyond;
        var wanted = await Handle(new MayClipsGo(byHand), cancellationToken) > 0;
        // The cloud knows the report, be it in conflict or in quarantine.
        return from t in db.ClipTransfers.AsNoTracking()
               join q in db.Queue on t.ReportUuid equals q.ClientUuid
               where wanted && (t.AskAgain || (t.Status == QueueStatuses.Pending && (t.NextAttemptAt == null || t.NextAttemptAt <= now || t.NextAttemptAt > never)))
                     && (q.Status == QueueStatuses.Synced || q.Status == QueueStatuses.Conflict || (q.Status == QueueStatuses.Failed && q.QuarantineUuid != null))
               orderby q.Id, t.Id
               select t;
    }
}
