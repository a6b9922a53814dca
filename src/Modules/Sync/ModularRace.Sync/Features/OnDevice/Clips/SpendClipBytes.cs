using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Persistence;

namespace ModularRace.Sync.Features.OnDevice.Clips;

/// <summary>
/// Bytes of a clip are about to go: counted before they do, so that no restart lets more through than the day's limit.
/// What of them did not go is given back.
/// </summary>
internal sealed record SpendClipBytes(int Wanted) : ICommand<SpentClipBytes>;

/// <param name="Granted">So many may go; 0: the limit of the day is reached.</param>
internal sealed record SpentClipBytes(DateOnly Day, int Granted);

/// <summary>They did not go after all.</summary>
internal sealed record GiveBackClipBytes(DateOnly Day, int Unspent) : ICommand<Done>;

internal sealed class SpendClipBytesHandler(SyncDbContext db, DeviceRow row, ClipTerms terms) : IRequestHandler<SpendClipBytes, SpentClipBytes>, IRequestHandler<GiveBackClipBytes, Done>
{
    public async Task<SpentClipBytes> Handle(SpendClipBytes request, CancellationToken cancellationToken)
    {
        var device = await row.ReadAsync(cancellationToken);
        var today = await terms.DayAsync(device, cancellationToken);
        await db.Database.ExecuteSqlAsync($"INSERT INTO sync.clip_days (day, sent_bytes) VALUES ({today}, 0) ON CONFLICT (day) DO NOTHING", cancellationToken);
        // Locked: two clips may be on their way, the end of one and the beginning of the next.
        var day = await db.ClipDays.FromSql($"SELECT * FROM sync.clip_days WHERE day = {today} FOR UPDATE").SingleAsync(cancellationToken);
        var granted = (int)Math.Clamp((device.ClipDayLimitBytes ?? long.MaxValue) - day.SentBytes, 0, request.Wanted);
        day.SentBytes += granted;
        await db.SaveChangesAsync(cancellationToken);
        return new SpentClipBytes(today, granted);
    }

    public async Task<Done> Handle(GiveBackClipBytes request, CancellationToken cancellationToken)
    {
        await db.ClipDays.Where(d => d.Day == request.Day).ExecuteUpdateAsync(set => set.SetProperty(d => d.SentBytes, d => d.SentBytes - request.Unspent), cancellationToken);
        return default;
    }
}
