using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Host.Identity;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Persistence;

namespace ModularRace.Host.Features.Webhooks.Telling;

/// <summary>
/// Tells that an incident became official or was decided, however that came about: at the desk, by an upload, by what a person
/// chose in a conflict. It is judged at the end of the transaction, when the duplicate rule has said which incident stands, by
/// what was told before: what two incidents of a group say alike is told once, and a mere regrouping tells nothing.
/// </summary>
internal sealed class TellOfIncidents(IncidentNews news, WebhookTargets targets) : INotificationHandler<IncidentsChanged>
{
    public Task Handle(IncidentsChanged notification, CancellationToken cancellationToken)
    {
        if (targets.Active) news.Heard(notification.Incidents);
        return Task.CompletedTask;
    }
}

/// <summary>What changed in this transaction, by the last word of each incident.</summary>
internal sealed class IncidentNews(IdentityDbContext db, DatabaseSession session, WebhookOutbox outbox, IMediator mediator, TimeProvider time)
{
    private readonly Dictionary<Guid, IncidentFacts> latest = [];
    private int of;

    /// <summary>What a savepoint undoes is not heard: it undoes this too.</summary>
    public void Heard(IReadOnlyList<IncidentFacts> facts) => session.BeforeCommit(_ =>
    {
        // A command that is done anew begins anew.
        if (of != session.TransactionNumber) latest.Clear();
        of = session.TransactionNumber;
        foreach (var fact in facts) latest[fact.IncidentUuid] = fact;
        session.BeforeCommit(TellAsync);
        return Task.CompletedTask;
    });

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        if (latest.Count == 0) return;
        var facts = latest.Values.OrderBy(f => f.IncidentUuid).ToList();
        latest.Clear();
        var uuids = facts.ConvertAll(f => f.IncidentUuid);
        var told = await db.ToldIncidents.AsNoTracking().Where(t => uuids.Contains(t.IncidentUuid)).ToDictionaryAsync(t => t.IncidentUuid, Say.Of, cancellationToken);
        var news = facts.Where(f => told.GetValueOrDefault(f.IncidentUuid, Say.Nothing) != Say.Of(f)).ToList();
        if (news.Count == 0) return;

        var changed = (await mediator.Send(new FindIncidents([.. news.Select(n => n.IncidentUuid)]), cancellationToken)).ToDictionary(i => i.ClientUuid);
        var standing = changed.Values.Select(i => i.MergedInto ?? i.ClientUuid).Distinct().ToList();
        var shown = (await mediator.Send(new FindIncidents(standing), cancellationToken)).ToDictionary(i => i.ClientUuid);
        foreach (var (uuid, say) in await db.ToldIncidents.AsNoTracking().Where(t => standing.Contains(t.IncidentUuid)).ToDictionaryAsync(t => t.IncidentUuid, Say.Of, cancellationToken)) told[uuid] = say;
        var races = (await mediator.Send(new FindRaces([.. shown.Values.Select(s => s.RaceUuid).Distinct()]), cancellationToken)).ToDictionary(r => r.ClientUuid);
        var practice = (await mediator.Send(new FindCompetitions([.. races.Values.Select(r => r.CompetitionUuid).Distinct()]), cancellationToken)).Where(c => c.Practice).Select(c => c.ClientUuid).ToHashSet();

        foreach (var fact in news)
        {
            if (!changed.TryGetValue(fact.IncidentUuid, out var one) || !shown.TryGetValue(one.MergedInto ?? one.ClientUuid, out var stands)) continue;
            var (now, before, shownBefore) = (Say.Of(fact), told.GetValueOrDefault(fact.IncidentUuid, Say.Nothing), told.GetValueOrDefault(stands.ClientUuid, Say.Nothing));
            var official = now.IsOfficial && !before.IsOfficial && !shownBefore.IsOfficial;
            var decided = !now.DecidesLike(before) && !now.DecidesLike(shownBefore);
            told[fact.IncidentUuid] = now;
            if (official || decided) told[stands.ClientUuid] = new Say(now.IsOfficial || shownBefore.IsOfficial ? now.Status : shownBefore.Status, now.Decision, now.PenaltyCode);
            if (!races.TryGetValue(stands.RaceUuid, out var race) || practice.Contains(race.CompetitionUuid)) continue;
            var data = new Told(
                stands.ClientUuid, stands.Number, race.CompetitionUuid, race.CompetitionName, race.ClientUuid, race.Name, stands.RaceLocationUuid, stands.BibNumber, stands.OccurredAt, now.Status, now.Decision, now.PenaltyCode);
            if (official) await outbox.TellAsync(WebhookEvents.IncidentOfficial, time.GetUtcNow(), data, cancellationToken);
            if (decided) await outbox.TellAsync(WebhookEvents.IncidentDecided, time.GetUtcNow(), data, cancellationToken);
        }

        await KeepAsync(told.Where(t => uuids.Contains(t.Key) || standing.Contains(t.Key)).ToList(), cancellationToken);
    }

    private Task<int> KeepAsync(List<KeyValuePair<Guid, Say>> told, CancellationToken cancellationToken)
    {
        var (uuids, statuses, decisions, codes) = (told.Select(t => t.Key).ToArray(), told.Select(t => t.Value.Status).ToArray(), told.Select(t => t.Value.Decision).ToArray(), told.Select(t => t.Value.PenaltyCode).ToArray());
        return db.Database.ExecuteSqlAsync(
            $"""
             INSERT INTO identity.told_incidents (incident_uuid, status, decision, penalty_code)
             SELECT * FROM unnest({uuids}, {statuses}, {decisions}, {codes}) AS t(uuid, status, decision, code) ORDER BY uuid
             ON CONFLICT (incident_uuid) DO UPDATE SET status = excluded.status, decision = excluded.decision, penalty_code = excluded.penalty_code
             """, cancellationToken);
    }

    /// <summary>What is said of an incident, as far as it is told. A penalty's code is part of a decision only.</summary>
    private sealed record Say(string Status, string Decision, string? PenaltyCode)
    {
        public static readonly Say Nothing = new("unofficial", "pending", null);

        public bool IsOfficial => Status == "official";

        public static Say Of(IncidentFacts facts) => new(facts.Status, facts.Decision, facts.Decision == "pending" ? null : facts.PenaltyCode);

        public static Say Of(ToldIncident told) => new(told.Status, told.Decision, told.PenaltyCode);

        public bool DecidesLike(Say other) => Decision == other.Decision && PenaltyCode == other.PenaltyCode;
    }

    private sealed record Told(
        Guid IncidentUuid, long Number, Guid CompetitionUuid, string CompetitionName, Guid RaceUuid, string RaceName, Guid? RaceLocationUuid, int? BibNumber, DateTimeOffset OccurredAt, string Status, string Decision,
        string? PenaltyCode);
}
