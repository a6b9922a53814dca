using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using Quartz;

namespace ModularRace.Competitions.Features.Erasing.OnServer;

/// <summary>The competitions whose names are to go by now and have not gone, by their rules.</summary>
internal sealed record FindDueErasures : IQuery<IReadOnlyList<DueErasure>>;

internal sealed record DueErasure(Guid CompetitionUuid, string Name);

internal sealed class FindDueErasuresHandler(CompetitionsDbContext db, TimeProvider time) : IRequestHandler<FindDueErasures, IReadOnlyList<DueErasure>>
{
    public async Task<IReadOnlyList<DueErasure>> Handle(FindDueErasures request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var ruled = await (
            from rule in db.RetentionRules
            join competition in db.Competitions on rule.CompetitionUuid equals competition.ClientUuid
            where competition.MergedInto == null && !db.Erasures.Any(e => e.CompetitionUuid == rule.CompetitionUuid && e.Whose == Erasure.Everybody)
            orderby competition.EndDate, competition.Id
            select new { competition.ClientUuid, competition.Name, competition.EndDate, competition.TimeZone, rule.Days }).ToListAsync(cancellationToken);
        return [.. ruled.Where(r => new VenueTime(r.TimeZone).Date(now) >= r.EndDate.AddDays(r.Days)).Select(r => new DueErasure(r.ClientUuid, r.Name))];
    }
}

/// <summary>Each competition in a transaction of its own; what must wait is looked at again the next day.</summary>
[DisallowConcurrentExecution]
internal sealed class EraseDueNamesJob(IServiceScopeFactory scopes, IMediator mediator, ILogger<EraseDueNamesJob> logger) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        foreach (var due in await mediator.Send(new FindDueErasures(), cancellationToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new EraseNames(due.CompetitionUuid, null, null, Confirm: due.Name, Preview: false), cancellationToken);
                logger.LogInformation("The names of competition {Competition} were erased by its rule", due.CompetitionUuid);
            }
            catch (Problem problem)
            {
                logger.LogWarning("The names of competition {Competition} are due and cannot be erased yet: {Reason}", due.CompetitionUuid, problem.Message);
            }
        }
    }
}
