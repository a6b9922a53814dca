using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Incidents.Features.OnServer.Keeping;

/// <summary>Why a clip stays, as answers have it.</summary>
internal static class ClipStays
{
    public const string OnHold = "on_hold", NotOver = "not_over", NotOfficial = "not_official", NotDecided = "not_decided", Reopened = "reopened", KeptElsewhere = "kept_elsewhere";

    /// <summary>As a page says it, after how many; the modules after this one add <c>in_conflict</c> and <c>in_quarantine</c>.</summary>
    public static string Words(string reason) => reason switch
    {
        OnHold => Say("on hold||clips"),
        NotOver => Say("of a race that is not over"),
        NotOfficial => Say("of an incident that is not official"),
        NotDecided => Say("of an incident that is not decided"),
        Reopened => Say("of an incident that was reopened"),
        KeptElsewhere => Say("of another competition too, which keeps them"),
        "in_conflict" => Say("in a conflict that waits for a person"),
        "in_quarantine" => Say("in quarantine, for a person to look at"),
        _ => reason,
    };
}

/// <param name="Named">The reports that name it and from which it has not gone yet.</param>
/// <param name="Stays">Why; null: it goes.</param>
internal sealed record ClipVerdict(string Sha256, long SizeBytes, long? DurationMs, IReadOnlyList<NamedClip> Named, string? Stays);

internal sealed record NamedClip
{
    public required string Sha256 { get; init; }

    public required Guid ReportUuid { get; init; }

    /// <summary>The incident that stands for the report's.</summary>
    public required Guid GroupUuid { get; init; }

    public required Guid CompetitionUuid { get; init; }
}

/// <summary>Whether clips go by their competitions' rules. The preview and the removal ask the same, so that they cannot differ.</summary>
internal sealed class ClipVerdicts(IncidentsDbContext db, IMediator mediator, TimeProvider time)
{
    /// <summary>Those of the competition whose bytes are here and that a report of it names, in the order of their digests.</summary>
    public async Task<List<string>> CandidatesAsync(Guid competitionUuid, CancellationToken cancellationToken) =>
        await (from n in Named()
               where n.CompetitionUuid == competitionUuid && db.Clips.Any(c => c.Sha256 == n.Sha256 && c.Held)
               select n.Sha256).Distinct().Order().ToListAsync(cancellationToken);

    /// <param name="sha256">Which.</param>
    /// <param name="asIfDue">A competition whose rule is taken to be due; null: each rule as it is.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<List<ClipVerdict>> OfAsync(IReadOnlyCollection<string> sha256, Guid? asIfDue, CancellationToken cancellationToken)
    {
        var clips = await db.Clips.AsNoTracking().Where(c => c.Held && sha256.Contains(c.Sha256)).OrderBy(c => c.Sha256).ToListAsync(cancellationToken);
        var named = await Named().Where(n => sha256.Contains(n.Sha256)).ToListAsync(cancellationToken);
        var groups = named.Select(n => n.GroupUuid).Distinct().ToArray();
        var members = (await db.Incidents.AsNoTracking().Where(i => groups.Contains(i.GroupUuid)).ToListAsync(cancellationToken)).ToLookup(i => i.GroupUuid);
        var due = await DueAsync([.. named.Select(n => n.CompetitionUuid).Distinct()], asIfDue, cancellationToken);
        var stays = await CasesThatStayAsync(members, cancellationToken);

        var byClip = named.ToLookup(n => n.Sha256);
        var expiring = new ClipsExpiring([.. byClip.Select(c => new ExpiringClip(c.Key, [.. c.Select(n => n.ReportUuid), .. c.SelectMany(n => members[n.GroupUuid]).Select(m => m.ClientUuid).Distinct()]))]);
        await mediator.Publish(expiring, cancellationToken);
        return [.. clips.Select(clip =>
        {
            NamedClip[] by = [.. byClip[clip.Sha256].OrderBy(n => n.ReportUuid)];
            var stay = by.Select(n => stays.GetValueOrDefault(n.GroupUuid)).FirstOrDefault(s => s is not null)
                ?? (expiring.Stay.TryGetValue(clip.Sha256, out var waits) ? waits : by.All(n => due.Contains(n.CompetitionUuid)) ? null : ClipStays.KeptElsewhere);
            return new ClipVerdict(clip.Sha256, clip.SizeBytes, clip.DurationMs, by, stay);
        })];
    }

    private IQueryable<NamedClip> Named() =>
        from r in db.Reports
        join i in db.Incidents on r.IncidentUuid equals i.ClientUuid
        where r.Clip != null && !db.RemovedClips.Any(x => x.ReportUuid == r.ClientUuid && x.Sha256 == r.Clip.Sha256)
        select new NamedClip { Sha256 = r.Clip!.Sha256, ReportUuid = r.ClientUuid, GroupUuid = i.GroupUuid, CompetitionUuid = i.CompetitionUuid };

    /// <summary>Of these competitions those whose clips go by now.</summary>
    private async Task<HashSet<Guid>> DueAsync(Guid[] competitions, Guid? asIfDue, CancellationToken cancellationToken)
    {
        var rules = await db.ClipRules.AsNoTracking().Where(r => competitions.Contains(r.CompetitionUuid)).ToDictionaryAsync(r => r.CompetitionUuid, cancellationToken);
        var now = time.GetUtcNow();
        var due = rules.Count == 0 ? [] : (await mediator.Send(new FindCompetitions(rules.Keys), cancellationToken))
            .Where(c => ClipRule.DueAt(c, rules[c.ClientUuid].Days, rules[c.ClientUuid].SetAt) <= now).Select(c => c.ClientUuid).ToHashSet();
        if (asIfDue is { } taken) due.Add(taken);
        return due;
    }

    /// <summary>Incidents over which somebody has still to decide, or said that they stay: with them all that their reports saw.</summary>
    private async Task<Dictionary<Guid, string>> CasesThatStayAsync(ILookup<Guid, Incident> groups, CancellationToken cancellationToken)
    {
        var incidents = groups.SelectMany(g => g).ToList();
        var uuids = incidents.ConvertAll(i => i.ClientUuid).ToArray();
        var races = incidents.SelectMany(i => new[] { i.RaceUuid, i.SaidRaceUuid ?? i.RaceUuid }).Distinct().ToArray();
        var holds = await db.ClipHolds.AsNoTracking().Where(h => (h.RaceUuid != null && races.Contains(h.RaceUuid.Value)) || h.IncidentUuids.Any(u => uuids.Contains(u))).ToListAsync(cancellationToken);
        var now = time.GetUtcNow();
        var running = (await mediator.Send(new FindRaces(races), cancellationToken))
            .Where(r => r.Status == "in_progress" || (r.Status == "scheduled" && r.ScheduledAt > now)).Select(r => r.ClientUuid).ToHashSet();

        var stays = new Dictionary<Guid, string>();
        foreach (var group in groups)
            if (Stay(group) is { } reason)
                stays[group.Key] = reason;
        return stays;

        string? Stay(IEnumerable<Incident> members) =>
            members.Any(m => holds.Exists(h => h.IncidentUuids.Contains(m.ClientUuid) || (h.RaceUuid is { } race && (race == m.RaceUuid || race == m.SaidRaceUuid)))) ? ClipStays.OnHold
            : members.Any(m => running.Contains(m.RaceUuid)) ? ClipStays.NotOver
            // R5: all that was reported is taken back, and nobody waits for a decision.
            : !members.Any(m => m.Stands) || members.Any(m => m.IsDecided) ? null
            : !members.Any(m => m.IsOfficial) ? ClipStays.NotOfficial
            : members.Any(m => m.DecisionNote is not null) ? ClipStays.Reopened
            : ClipStays.NotDecided;
    }
}
