using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Features.OnServer.Keeping;

/// <summary>What would go by the rule as all stands now, and what would stay and why. Nothing is changed.</summary>
/// <param name="Days">Another rule than the one that is set; null: that one.</param>
internal sealed record PreviewClipRetention(Guid CompetitionUuid, int? Days) : IQuery<ClipRetentionPreview>;

/// <param name="DeleteClipsAfterDays">Of the rule that was looked at; null: none is set, and nothing goes.</param>
/// <param name="NextRunAt">From then on, within the hour, the rule takes what goes; null: there is none.</param>
/// <param name="Clips">How many contents go then, as all stands now.</param>
/// <param name="Bytes">Theirs, without their pictures.</param>
/// <param name="Staying">The others, by why.</param>
internal sealed record ClipRetentionPreview(Guid CompetitionUuid, int? DeleteClipsAfterDays, DateTimeOffset? NextRunAt, int Clips, long Bytes, IReadOnlyList<StayingClips> Staying);

/// <param name="Reason"><c>on_hold, not_over, not_official, not_decided, reopened, in_conflict, in_quarantine, kept_elsewhere</c>.</param>
/// <param name="Incidents">The first of them in this competition.</param>
internal sealed record StayingClips(string Reason, int Clips, long Bytes, IReadOnlyList<StayingIncident> Incidents);

internal sealed record StayingIncident(Guid ClientUuid, Guid RaceUuid, long Number);

internal sealed class PreviewClipRetentionValidator : AbstractValidator<PreviewClipRetention>
{
    public PreviewClipRetentionValidator() => RuleFor(r => r.Days).IsDaysOfClips("days");
}

internal sealed class PreviewClipRetentionHandler(IncidentsDbContext db, ClipVerdicts verdicts, IMediator mediator, ICurrentActor current, TimeProvider time)
    : IRequestHandler<PreviewClipRetention, ClipRetentionPreview>
{
    private const int AtOnce = 500, MostIncidents = 12;

    public async Task<ClipRetentionPreview> Handle(PreviewClipRetention request, CancellationToken cancellationToken)
    {
        var competition = await mediator.RequireCompetitionAsync(current, request.CompetitionUuid, cancellationToken);
        var rule = await db.ClipRules.AsNoTracking().SingleOrDefaultAsync(r => r.CompetitionUuid == competition.ClientUuid, cancellationToken);
        var days = request.Days ?? rule?.Days;
        var now = time.GetUtcNow();
        DateTimeOffset? due = days is null ? null : ClipRule.DueAt(competition, days.Value, days == rule?.Days ? rule.SetAt : now);

        var looked = new List<ClipVerdict>();
        foreach (var some in (await verdicts.CandidatesAsync(competition.ClientUuid, cancellationToken)).Chunk(AtOnce))
            looked.AddRange(await verdicts.OfAsync(some, asIfDue: competition.ClientUuid, cancellationToken));
        var going = looked.FindAll(c => c.Stays is null);
        var staying = new List<StayingClips>();
        foreach (var reason in looked.Where(c => c.Stays is not null).GroupBy(c => c.Stays!).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal))
        {
            var groups = reason.SelectMany(c => c.Named).Where(n => n.CompetitionUuid == competition.ClientUuid).Select(n => n.GroupUuid).Distinct().ToArray();
            var incidents = await db.Incidents.AsNoTracking().Where(i => groups.Contains(i.ClientUuid)).OrderBy(i => i.Number).Take(MostIncidents)
                .Select(i => new StayingIncident(i.ClientUuid, i.RaceUuid, i.Number)).ToListAsync(cancellationToken);
            staying.Add(new StayingClips(reason.Key, reason.Count(), reason.Sum(c => c.SizeBytes), incidents));
        }

        return new ClipRetentionPreview(competition.ClientUuid, days, due is { } at ? (at > now ? at : now) : null, going.Count, going.Sum(c => c.SizeBytes), staying);
    }
}
