using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Features.Groupings;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Dedup.Features.Review.ByHand;

/// <summary>What putting two incidents together would do; nothing is changed.</summary>
/// <param name="WithUuid">The other; an alias means its group.</param>
internal sealed record PreviewMerge(Guid IncidentUuid, Guid WithUuid) : IQuery<MergePreview>;

/// <param name="This">As it is shown now.</param>
/// <param name="Other">As it is shown now.</param>
/// <param name="Stands">The UUID of the one that will stand for both (R4).</param>
/// <param name="Earliest">The UUID of the one whose place and description are shown then (R4).</param>
/// <param name="ToldApart">Somebody's word that the two are not the same, which this one would overrule; null: nobody said so.</param>
/// <param name="Hindered">Why it cannot be done now, as a sentence; null: it can.</param>
internal sealed record MergePreview(IncidentView This, IncidentView Other, Guid Stands, Guid Earliest, ToldApart? ToldApart, string? Hindered);

/// <param name="By">A name with role and system.</param>
internal sealed record ToldApart(string By, DateTimeOffset At, string? Note);

internal sealed class PreviewMergeHandler(DedupDbContext db, PeoplesWord word, IMediator mediator, ICurrentActor current, ISystemIdentity system)
    : IRequestHandler<PreviewMerge, MergePreview>
{
    public async Task<MergePreview> Handle(PreviewMerge request, CancellationToken cancellationToken)
    {
        Guid[] asked = [request.IncidentUuid, request.WithUuid];
        var named = await db.Members.AsNoTracking().Where(m => asked.Contains(m.IncidentUuid)).ToListAsync(cancellationToken);
        var (one, other) = (named.Find(m => m.IncidentUuid == request.IncidentUuid), named.Find(m => m.IncidentUuid == request.WithUuid));
        if (one is null || other is null) throw Problem.NotFound("incident");
        foreach (var member in named) current.RequireGrouping(system, member.CompetitionUuid);
        if (one.RaceUuid != other.RaceUuid) throw Problem.NotFound("incident");

        var (left, right) = (await word.GroupOfAsync(one, cancellationToken), await word.GroupOfAsync(other, cancellationToken));
        var all = left.Concat(right).ToList();
        // R4: what was withdrawn comes last, what was made on the cloud first, then the earlier time, then the lower UUID.
        var stands = all.Order(Comparer<GroupMember>.Create((a, b) => DuplicateRule.StandsBefore(AsCandidate(a), AsCandidate(b)))).First();
        var earliest = all.OrderBy(m => m.OccurredAt).ThenBy(m => m.IncidentUuid.ToString(), StringComparer.Ordinal).First();
        var held = await word.HoldingAsync(all.Select(m => m.IncidentUuid), cancellationToken);
        var apart = held.Values.Where(g => g.Kind == GroupingContent.Apart && Across(g)).OrderByDescending(g => g.SaidAt).FirstOrDefault();

        return new MergePreview(
            await mediator.Send(new ReadIncident(one.StandsFor), cancellationToken), await mediator.Send(new ReadIncident(other.StandsFor), cancellationToken),
            stands.IncidentUuid, left.Contains(earliest) ? one.StandsFor : other.StandsFor, apart is null ? null : new ToldApart(apart.SaidBy, apart.SaidAt, apart.Note),
            await HinderedAsync(one, other, all, cancellationToken));

        bool Across(GroupingRow g) => left.Exists(m => m.IncidentUuid == g.LowerUuid) != left.Exists(m => m.IncidentUuid == g.HigherUuid);
    }

    private async Task<string?> HinderedAsync(GroupMember one, GroupMember other, List<GroupMember> all, CancellationToken cancellationToken)
    {
        if (one.StandsFor == other.StandsFor) return Say("They are one incident already.");
        if (all.Select(m => m.DecidedAs).OfType<string>().Distinct(StringComparer.Ordinal).Count() > 1)
            return Say("Different things were decided on the two. Make both decisions the same first, or reopen one.");
        var disputed = await mediator.Send(new FindOpenConflicts([.. all.Select(m => m.IncidentUuid)]), cancellationToken);
        return disputed.Count > 0 ? Say("One of them waits for the jury. They can be put together once that is resolved.") : null;
    }

    private static Candidate AsCandidate(GroupMember m) =>
        new(m.IncidentUuid, m.Origin == CloudIdentity.Cloud, m.OccurredAt, m.DecidedAs, TakesPart: true, m.Withdrawn, []);
}
