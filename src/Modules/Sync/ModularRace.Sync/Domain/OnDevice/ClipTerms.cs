using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Time;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Domain.OnDevice;

/// <param name="Send">One of <see cref="ClipSending"/>.</param>
/// <param name="DayLimitBytes">Of the bytes of clips that go in one day; null: none.</param>
/// <param name="Day">Today, by the venue's clock.</param>
/// <param name="SentToday">Bytes of clips that went today, those that a break threw away among them.</param>
/// <param name="Wait">Why they do not go by themselves: <c>day_limit, by_hand, link_slow</c>; null: nothing but the link holds them.</param>
internal sealed record ClipTermsNow(string Send, long? DayLimitBytes, DateOnly Day, long SentToday, string? Wait)
{
    public const string DayLimit = "day_limit", ByHand = "by_hand", LinkSlow = "link_slow";
}

/// <summary>When the clips of this Pi go, as was chosen for it, and whether that is now.</summary>
internal sealed class ClipTerms(SyncDbContext db, DeviceRow row, LinkRate rate, AnchoredClock clock, IMediator mediator)
{
    public async Task<ClipTermsNow> ReadAsync(CancellationToken cancellationToken)
    {
        var device = await row.ReadAsync(cancellationToken);
        var day = await DayAsync(device, cancellationToken);
        var sent = await db.ClipDays.Where(d => d.Day == day).Select(d => d.SentBytes).SingleOrDefaultAsync(cancellationToken);
        var wait = sent >= device.ClipDayLimitBytes ? ClipTermsNow.DayLimit
            : device.ClipSending == ClipSending.ByHand ? ClipTermsNow.ByHand
            : device.ClipSending == ClipSending.GoodLink && rate.IsGood == false ? ClipTermsNow.LinkSlow
            : null;
        return new ClipTermsNow(device.ClipSending, device.ClipDayLimitBytes, day, sent, wait);
    }

    /// <summary>The venue's day now.</summary>
    public async Task<DateOnly> DayAsync(ThisDevice device, CancellationToken cancellationToken)
    {
        var zone = device.CompetitionUuid is { } uuid ? (await mediator.Send(new FindCompetitions([uuid]), cancellationToken)).SingleOrDefault()?.TimeZone : null;
        return new VenueTime(zone).Date(clock.Read().Corrected);
    }
}
