using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Alerts.Delivering;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Contracts;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Host.Features.Alerts;

/// <summary>What the bar above every desk page says: what somebody must look at, and for a while what is over.</summary>
internal sealed record ListAlerts : IQuery<IReadOnlyList<AlertLine>>;

/// <param name="Link">The page where it is dealt with; null: the reader may not go there.</param>
/// <param name="Do">What the link says.</param>
/// <param name="Unsent">That somebody elsewhere could not be told of it (yet); null: all were, or nobody is to be.</param>
internal sealed record AlertLine(Guid ClientUuid, string Words, string? Link, string Do, string? Unsent, Guid? CompetitionUuid, DateTimeOffset RaisedAt, DateTimeOffset? EndedAt);

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
        var ids = alerts.Where(a => a.EndedAt is null).Select(a => a.Id).ToArray();
        var unsent = (await db.AlertDeliveries.AsNoTracking().Where(d => ids.Contains(d.AlertId) && d.SentAt == null && d.LastError != null).OrderBy(d => d.Id).ToListAsync(cancellationToken))
            .ToLookup(d => d.AlertId);
        return [.. alerts.Where(a => a.EndedAt is null || !on.Contains(a.CauseKey)).Select(a => Line(a, Unsent(unsent[a.Id])))];
    }

    private static string? Unsent(IEnumerable<AlertDelivery> failing)
    {
        var told = failing.Select(Unsent).ToList();
        return told.Count == 0 ? null : string.Join(' ', told);
    }

    private static string Unsent(AlertDelivery failing)
    {
        var why = SayKept(failing.LastError!).TrimEnd('.');
        return (failing.Channel, failing.GivenUpAt) switch
        {
            (AlertChannels.ByMail, null) => Say("It could not be sent by mail yet: {0}.", why),
            (AlertChannels.ByMail, _) => Say("It could not be sent by mail: {0}.", why),
            (_, null) => Say("It could not be sent by webhook yet: {0}.", why),
            _ => Say("It could not be sent by webhook: {0}.", why),
        };
    }

    private AlertLine Line(Alert a, string? unsent)
    {
        var (link, text) = a.Kind switch
        {
            AlertKinds.RecordQuarantined => ("/quarantine", Say("Look at them")),
            AlertKinds.ConflictSpike => (a.CompetitionUuid is { } competition ? $"/competitions/{competition}" : "/competitions", Say("Open the competition")),
            _ => (current.Actor.Grants.Any(g => g.Role == Roles.Admin) ? $"/devices#device-{a.DeviceUuid}" : null, Say("Open the device")),
        };
        return new AlertLine(a.ClientUuid, a.Words, link, text, unsent, a.CompetitionUuid, a.RaisedAt, a.EndedAt);
    }
}
