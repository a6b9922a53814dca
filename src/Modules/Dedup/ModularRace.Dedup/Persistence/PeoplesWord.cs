using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Features.Groupings;
using ModularRace.Dedup.Features.Regrouping;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;

namespace ModularRace.Dedup.Persistence;

/// <summary>What all that a person says of groups has in common (R5): together or apart, pair by pair, as records that travel like any other.</summary>
internal sealed class PeoplesWord(
    DedupDbContext db, DatabaseSession session, IMediator mediator, Regrouper regrouper, ICurrentActor current, ISystemIdentity system, IRaceClock clock, TimeProvider time)
{
    private List<GroupingRow> untold = [];

    /// <summary>
    /// Locks the races of incidents (R4: before anything is read that the word depends on), and reads each as the rule knows
    /// it. 404 where one is not here.
    /// </summary>
    public async Task<IReadOnlyList<GroupMember>> LockAsync(IReadOnlyList<Guid> incidents, CancellationToken cancellationToken)
    {
        var asked = incidents.ToArray();
        var races = await db.Members.AsNoTracking().Where(m => asked.Contains(m.IncidentUuid)).Select(m => m.RaceUuid).Distinct().ToListAsync(cancellationToken);
        await session.LockAsync(RaceLock.Scope, races, cancellationToken);
        var members = await db.Members.AsNoTracking().Where(m => asked.Contains(m.IncidentUuid)).ToDictionaryAsync(m => m.IncidentUuid, cancellationToken);
        if (incidents.Any(i => !members.ContainsKey(i))) throw Problem.NotFound("incident");
        // A correction may have moved one to another race while we waited for the lock of the first.
        return members.Values.All(m => races.Contains(m.RaceUuid)) ? [.. incidents.Select(i => members[i])] : await LockAsync(incidents, cancellationToken);
    }

    /// <summary>All that are in one group with this one.</summary>
    public Task<List<GroupMember>> GroupOfAsync(GroupMember member, CancellationToken cancellationToken) =>
        db.Members.AsNoTracking().Where(m => m.StandsFor == member.StandsFor).ToListAsync(cancellationToken);

    /// <summary>The word that holds on each pair among these incidents.</summary>
    public async Task<Dictionary<(Guid Lower, Guid Higher), GroupingRow>> HoldingAsync(IEnumerable<Guid> incidents, CancellationToken cancellationToken)
    {
        var among = incidents.Distinct().ToArray();
        var said = await db.Groupings.AsNoTracking().Where(g => among.Contains(g.LowerUuid) && among.Contains(g.HigherUuid)).ToListAsync(cancellationToken);
        return said.GroupBy(g => (g.LowerUuid, g.HigherUuid)).ToDictionary(g => g.Key, g => g.Aggregate((a, b) => b.HoldsOver(a) ? b : a));
    }

    /// <summary>
    /// Says apart for every pair across the two sides that is not told apart already; they are told with
    /// <see cref="TellAsync"/>, so that what the word depends on may be made in between.
    /// </summary>
    /// <returns>False: all of it was said before.</returns>
    public Task<bool> SayApartAsync(IReadOnlyCollection<GroupMember> left, IReadOnlyCollection<GroupMember> right, string? note, CancellationToken cancellationToken) =>
        SayAsync(GroupingContent.Apart, left, right, (_, held) => held?.Kind != GroupingContent.Apart, note, cancellationToken);

    /// <summary>Says together for this pair, and for every other across the two groups that somebody had told apart: or the group would not hold.</summary>
    /// <returns>False: all of it was said before.</returns>
    public Task<bool> SayTogetherAsync(
        (Guid, Guid) pair, IReadOnlyCollection<GroupMember> left, IReadOnlyCollection<GroupMember> right, string? note, CancellationToken cancellationToken)
    {
        var named = DuplicateRule.Ordered(pair.Item1, pair.Item2);
        return SayAsync(
            GroupingContent.Together, left, right,
            (key, held) => held?.Kind == GroupingContent.Apart || (key == named && held is null), note, cancellationToken);
    }

    /// <summary>Tells what was said to those who keep and send it, and works the groups out anew.</summary>
    public async Task TellAsync(CancellationToken cancellationToken)
    {
        if (untold.Count == 0) return;
        var stamp = clock.Read().Stamp;
        await mediator.Publish(new RecordsChanged([.. untold.Select(g => GroupingContent.ToRecord(g) with { Stamp = stamp })], ChangeSource.Local), cancellationToken);
        Guid[] concerned = [.. untold.SelectMany(g => new[] { g.LowerUuid, g.HigherUuid }).Distinct()];
        untold = [];
        await regrouper.AroundAsync(concerned, cancellationToken);
    }

    /// <summary>The history of each of these incidents says that they were put together with, or told apart from, that one.</summary>
    public async Task NoteAsync(string kind, IEnumerable<Guid> incidents, Guid other, string? note, CancellationToken cancellationToken) =>
        await mediator.Send(new NoteInHistory([.. incidents.Where(i => i != other).Distinct().Select(incident => Note(kind, incident, other, note))]), cancellationToken);

    private static HistoryNote Note(string kind, Guid incident, Guid other, string? note)
    {
        var changes = new JsonObject { [kind == GroupingContent.Apart ? "apart_from" : "together_with"] = new JsonArray(null, other.ToString()) };
        if (note is not null) changes["reason"] = new JsonArray(null, note);
        return new HistoryNote(incident, changes);
    }

    private async Task<bool> SayAsync(
        string kind, IReadOnlyCollection<GroupMember> left, IReadOnlyCollection<GroupMember> right, Func<(Guid, Guid), GroupingRow?, bool> needed, string? note,
        CancellationToken cancellationToken)
    {
        var holding = await HoldingAsync(left.Concat(right).Select(m => m.IncidentUuid), cancellationToken);
        var now = clock.Read();
        var made = new List<GroupingRow>();
        foreach (var a in left)
            foreach (var b in right)
            {
                var (lower, higher) = DuplicateRule.Ordered(a.IncidentUuid, b.IncidentUuid);
                var held = holding.GetValueOrDefault((lower, higher));
                if (!needed((lower, higher), held)) continue;
                // The latest in corrected time holds, and whoever speaks here had the earlier word before them: a clock that
                // ran ahead somewhere must not make it the last for ever.
                var at = held is not null && held.SaidAt >= now.Corrected ? held.SaidAt.AddMilliseconds(1) : now.Corrected;
                var content = new GroupingContent(
                    kind, lower, higher, at.AddMilliseconds(-(now.OffsetMs ?? 0)), now.OffsetMs, now.UncertaintyMs, current.SignatureOn(a.CompetitionUuid == b.CompetitionUuid ? a.CompetitionUuid : null), note, null);
                Guid? competition = a.SaidCompetitionUuid == b.SaidCompetitionUuid ? a.SaidCompetitionUuid : null;
                Guid? race = a.SaidRaceUuid == b.SaidRaceUuid ? a.SaidRaceUuid : null;
                made.Add(content.ToRow(Uuids.New(time), competition, race, system.Origin, Instants.ToMilliseconds(time.GetUtcNow())));
            }

        db.Groupings.AddRange(made);
        await db.SaveChangesAsync(cancellationToken);
        // One word a command; what an attempt said that was rolled back is not told.
        untold = made;
        return made.Count > 0;
    }
}
