using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Contracts;

namespace ModularRace.Host.Features.Alerts;

/// <summary>What the bar above every desk page says: what somebody must look at, and for a while what is over.</summary>
internal sealed record ListAlerts : IQuery<IReadOnlyList<AlertLine>>;

/// <param name="Link">The page where it is dealt with; null: the reader may not go there.</param>
/// <param name="Do">What the link says.</param>
internal sealed record AlertLine(Guid ClientUuid, string Words, string? Link, string Do, Guid? CompetitionUuid, DateTimeOffset RaisedAt, DateTimeOffset? EndedAt);

internal sealed class ListAlertsHandler(IdentityDbContext db, ICurrentActor current, TimeProvider time) : IRequestHandler<ListAlerts, IReadOnlyList<AlertLine>>
{
    /// <summary>So long it is told that something is over.</summary>
    private static readonly TimeSpan Over = TimeSpan.FromMinutes(10);

    private const int Most = 50;

    public async Task<IReadOnlyList<AlertLine>> Handle(ListAlerts request, CancellationToken cancellationToken)
    {
        var everywhere = current.Actor.May(null, Roles.JuryPresident);
        var mine = current.Actor.Grants.Where(g => g.Role is Roles.Admin or Roles.JuryPresident).Select(g => g.CompetitionUuid).OfType<Guid>().ToArray();
        if (!everywhere && mine.Length == 0) return [];
        var since = time.GetUtcNow() - Over;
        var alerts = await db.Alerts.AsNoTracking()
            .Where(a => (a.EndedAt == null || a.EndedAt > since) && (everywhere || (a.CompetitionUuid != null && mine.Contains(a.CompetitionUuid.Value))))
            .OrderBy(a => a.EndedAt != null).ThenBy(a => a.Id).Take(Most).ToListAsync(cancellationToken);
        // A cause that came again is not over.
        var on = alerts.Where(a => a.EndedAt is null).Select(a => a.CauseKey).ToHashSet(StringComparer.Ordinal);
        return [.. alerts.Where(a => a.EndedAt is null || !on.Contains(a.CauseKey)).Select(Line)];
    }

    private AlertLine Line(Alert a)
    {
        var (link, text) = a.Kind switch
        {
            AlertKinds.RecordQuarantined => ("/quarantine", "Look at them"),
            AlertKinds.ConflictSpike => (a.CompetitionUuid is { } competition ? $"/competitions/{competition}" : "/competitions", "Open the competition"),
            _ => (current.Actor.Grants.Any(g => g.Role == Roles.Admin) ? $"/devices#device-{a.DeviceUuid}" : null, "Open the device"),
        };
        return new AlertLine(a.ClientUuid, a.Words, link, text, a.CompetitionUuid, a.RaisedAt, a.EndedAt);
    }
}
