using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;

namespace ModularRace.Incidents.Features.OnServer.Keeping;

/// <summary>When the clips of a competition are to go by themselves. Once it is answered that they stay, none goes any more.</summary>
/// <param name="Days">After its last day; null: they stay.</param>
internal sealed record SetClipRetention(Guid CompetitionUuid, int? Days) : ICommand<ClipRetentionView>;

internal sealed record ReadClipRetention(Guid CompetitionUuid) : IQuery<ClipRetentionView>;

/// <param name="DeleteClipsAfterDays">Days after its last day, 1 to 3650; null: they stay.</param>
internal sealed record ClipRetentionBody(int? DeleteClipsAfterDays);

/// <summary>When the clips of a competition go by themselves, and what went.</summary>
/// <param name="DeleteClipsAfterDays">Days after its last day, 1 to 3650; null: they stay.</param>
/// <param name="DueAt">From then on they go: so many days after the last one at the venue, and a day after the rule was set at the earliest; null: they stay.</param>
/// <param name="RemovedClips">How many went so far.</param>
/// <param name="RemovedBytes">Their bytes.</param>
/// <param name="RemovedAt">When the last one went; null: none did.</param>
internal sealed record ClipRetentionView(
    int? DeleteClipsAfterDays, DateTimeOffset? DueAt, DateTimeOffset? SetAt, string? SetBy, int RemovedClips, long RemovedBytes, DateTimeOffset? RemovedAt);

internal sealed class SetClipRetentionValidator : AbstractValidator<SetClipRetention>
{
    public SetClipRetentionValidator() => RuleFor(r => r.Days).IsDaysOfClips("delete_clips_after_days");
}

internal static class ClipRetentionRules
{
    public static IRuleBuilderOptions<T, int?> IsDaysOfClips<T>(this IRuleBuilder<T, int?> rule, string name) =>
        rule.InclusiveBetween(ClipRule.Fewest, ClipRule.Most).WithMessage($"It is a number of days from {ClipRule.Fewest} to {ClipRule.Most}, or null.").OverridePropertyName(name);

    /// <summary>R15: the competition, for an admin of it. 404, 403.</summary>
    public static async Task<CompetitionSummary> RequireCompetitionAsync(this IMediator mediator, ICurrentActor current, Guid uuid, CancellationToken cancellationToken, params string[] roles)
    {
        current.Actor.Require(uuid, roles);
        return (await mediator.Send(new FindCompetitions([uuid]), cancellationToken)).SingleOrDefault() ?? throw Problem.NotFound("competition");
    }
}

internal sealed class ClipRetentionHandler(IncidentsDbContext db, IMediator mediator, ICurrentActor current, TimeProvider time)
    : IRequestHandler<SetClipRetention, ClipRetentionView>, IRequestHandler<ReadClipRetention, ClipRetentionView>
{
    /// <exception cref="Problem">403, 404; 409 <c>merged_already</c>: the rule is set where its incidents hang.</exception>
    public async Task<ClipRetentionView> Handle(SetClipRetention request, CancellationToken cancellationToken)
    {
        var competition = await mediator.RequireCompetitionAsync(current, request.CompetitionUuid, cancellationToken);
        if (competition.MergedInto is not null) throw Problem.Conflict("merged_already", "It is one with another: the rule is set there.");
        // A removal holds the row while it looks: it is over, or it sees what is said here.
        var rule = await db.ClipRules.FromSql($"SELECT * FROM incidents.clip_rules WHERE competition_uuid = {request.CompetitionUuid} FOR UPDATE").SingleOrDefaultAsync(cancellationToken);
        if (rule?.Days == request.Days) return await ReadAsync(competition, cancellationToken);

        var (now, by) = (Instants.ToMilliseconds(time.GetUtcNow()), current.SignatureOn(request.CompetitionUuid));
        if (request.Days is not { } days) db.ClipRules.Remove(rule!);
        else if (rule is null) db.ClipRules.Add(new ClipRule { CompetitionUuid = request.CompetitionUuid, Days = days, SetAt = now, SetBy = by });
        else (rule.Days, rule.SetAt, rule.SetBy) = (days, now, by);
        await db.SaveChangesAsync(cancellationToken);
        await mediator.Publish(new ClipRuleSet(competition.ClientUuid, competition.Name, request.Days), cancellationToken);
        return await ReadAsync(competition, cancellationToken);
    }

    public async Task<ClipRetentionView> Handle(ReadClipRetention request, CancellationToken cancellationToken) =>
        await ReadAsync(await mediator.RequireCompetitionAsync(current, request.CompetitionUuid, cancellationToken), cancellationToken);

    private async Task<ClipRetentionView> ReadAsync(CompetitionSummary competition, CancellationToken cancellationToken)
    {
        var rule = await db.ClipRules.AsNoTracking().SingleOrDefaultAsync(r => r.CompetitionUuid == competition.ClientUuid, cancellationToken);
        var gone = await db.RemovedClips.Where(r => r.CompetitionUuid == competition.ClientUuid)
            .GroupBy(r => r.Sha256).Select(c => new { Bytes = c.Max(r => r.SizeBytes), At = c.Max(r => r.RemovedAt) })
            .GroupBy(_ => 1).Select(all => new { Clips = all.Count(), Bytes = all.Sum(c => c.Bytes), At = all.Max(c => c.At) }).SingleOrDefaultAsync(cancellationToken);
        return new ClipRetentionView(
            rule?.Days, rule is null ? null : ClipRule.DueAt(competition, rule.Days, rule.SetAt), rule?.SetAt, rule?.SetBy, gone?.Clips ?? 0, gone?.Bytes ?? 0, gone?.At);
    }
}
