using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;

namespace ModularRace.Competitions.Features.Erasing;

/// <summary>When the names of a competition are to go by themselves.</summary>
internal sealed record SetRetention(Guid CompetitionUuid, int? EraseNamesAfterDays) : ICommand<RetentionView>;

internal sealed record ReadRetention(Guid CompetitionUuid) : IQuery<RetentionView>;

internal sealed class SetRetentionValidator : AbstractValidator<SetRetention>
{
    public SetRetentionValidator() =>
        RuleFor(r => r.EraseNamesAfterDays).InclusiveBetween(RetentionRule.Fewest, RetentionRule.Most).WithMessage($"It is a number of days from {RetentionRule.Fewest} to {RetentionRule.Most}, or null.");
}

internal sealed class RetentionHandler(CompetitionsDbContext db, ReferenceAccess access, ICurrentActor current, TimeProvider time)
    : IRequestHandler<SetRetention, RetentionView>, IRequestHandler<ReadRetention, RetentionView>
{
    public async Task<RetentionView> Handle(SetRetention request, CancellationToken cancellationToken)
    {
        access.MustEdit(request.CompetitionUuid);
        _ = await db.Competitions.ForUpdate(request.CompetitionUuid, cancellationToken) ?? throw Problem.NotFound("competition");
        var rule = await db.RetentionRules.SingleOrDefaultAsync(r => r.CompetitionUuid == request.CompetitionUuid, cancellationToken);
        var (now, by) = (Instants.ToMilliseconds(time.GetUtcNow()), current.SignatureOn(request.CompetitionUuid));
        if (request.EraseNamesAfterDays is not { } days)
        {
            if (rule is not null) db.RetentionRules.Remove(rule);
        }
        else if (rule is null) db.RetentionRules.Add(new RetentionRule { CompetitionUuid = request.CompetitionUuid, Days = days, SetAt = now, SetBy = by });
        else if (rule.Days != days) (rule.Days, rule.SetAt, rule.SetBy) = (days, now, by);
        await db.SaveChangesAsync(cancellationToken);
        return await ReadAsync(request.CompetitionUuid, cancellationToken);
    }

    public async Task<RetentionView> Handle(ReadRetention request, CancellationToken cancellationToken)
    {
        access.MustEdit(request.CompetitionUuid);
        return await ReadAsync(request.CompetitionUuid, cancellationToken);
    }

    private async Task<RetentionView> ReadAsync(Guid uuid, CancellationToken cancellationToken)
    {
        var competition = await db.Competitions.AsNoTracking().SingleOrDefaultAsync(c => c.ClientUuid == uuid, cancellationToken) ?? throw Problem.NotFound("competition");
        var rule = await db.RetentionRules.AsNoTracking().SingleOrDefaultAsync(r => r.CompetitionUuid == uuid, cancellationToken);
        var gone = await db.Erasures.AnyAsync(e => e.CompetitionUuid == uuid && e.Whose == Erasure.Everybody, cancellationToken);
        return new RetentionView(rule?.Days, rule is null || gone ? null : competition.EndDate.AddDays(rule.Days), rule?.SetAt, rule?.SetBy);
    }
}
