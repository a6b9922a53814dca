using System.Text.Json;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts.Erasing;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Validation;

namespace ModularRace.Competitions.Features.Erasing;

/// <summary>
/// Takes names out of a competition that is over: everybody's, an athlete's, or those of whoever signed with a name. A preview
/// does all of it and undoes it, so that it cannot differ. Again: what came since goes too (decision 20).
/// </summary>
internal sealed record EraseNames(Guid CompetitionUuid, Guid? AthleteUuid, string? Name, string? Confirm, bool Preview) : ICommand<ErasureView>;

internal sealed class EraseNamesValidator : AbstractValidator<EraseNames>
{
    public EraseNamesValidator()
    {
        RuleFor(e => e.Name).IsText(Texts.Name);
        RuleFor(e => e.Name).Must(n => n is null || !string.IsNullOrWhiteSpace(n)).WithMessage("It must not be empty.");
        RuleFor(e => e.Name).Null().When(e => e.AthleteUuid is not null).WithMessage("It is either an athlete or a name.");
        RuleFor(e => e.Confirm).NotNull().When(e => !e.Preview).WithMessage("It is required: the competition's name.");
    }
}

internal sealed class EraseNamesHandler(CompetitionsDbContext db, DatabaseSession session, ReferenceAccess access, ReferenceEraser reference, IMediator mediator, ICurrentActor current, TimeProvider time)
    : IRequestHandler<EraseNames, ErasureView>
{
    public async Task<ErasureView> Handle(EraseNames request, CancellationToken cancellationToken)
    {
        access.MustEdit(request.CompetitionUuid);
        var competition = await db.Competitions.ForUpdate(request.CompetitionUuid, cancellationToken) ?? throw Problem.NotFound("competition");
        if (competition.MergedInto is not null) throw Problem.Conflict("merged_already", "It is one with another: names are erased there.");
        if (!request.Preview && Names.Folded(request.Confirm!) != Names.Folded(competition.Name)) throw Problem.Validation("confirm", "It is not the competition's name.");
        return request.Preview
            ? await session.TryOutAsync(() => EraseAsync(request, competition, cancellationToken), cancellationToken)
            : await EraseAsync(request, competition, cancellationToken);
    }

    private async Task<ErasureView> EraseAsync(EraseNames request, Competition competition, CancellationToken cancellationToken)
    {
        var venue = new VenueTime(competition.TimeZone);
        var now = Instants.ToMilliseconds(time.GetUtcNow());
        var standings = await Standings.ReadAsync(db, cancellationToken);
        Guid[] competitions = [competition.ClientUuid, .. standings.Merged.Where(m => standings.Of(m) == competition.ClientUuid)];
        var asked = new ErasureAsked(competitions, venue.From(competition.EndDate.AddDays(1).ToDateTime(TimeOnly.MinValue)), competition.TimeZone);
        await AskWhetherOverAsync(asked, now, venue, cancellationToken);
        await mediator.Publish(asked, cancellationToken);
        if (!request.Preview && asked.Obstacles.Count > 0)
            throw new Problem(409, "not_erasable", $"Not yet: {asked.Obstacles[0].Message}") { Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["reasons"] = asked.Obstacles } };

        var whose = request.AthleteUuid is not null ? Erasure.Athlete : request.Name is not null ? Erasure.Signature : Erasure.Everybody;
        var (erasing, bibs) = await reference.PrepareAsync(competitions, whose, request, cancellationToken);
        await reference.EraseAsync(erasing, cancellationToken);
        await mediator.Publish(erasing, cancellationToken);
        var view = new ErasureView(null, request.Preview, competition.ClientUuid, whose, bibs, erasing.Counts, request.Preview ? erasing.Examples : [], [.. asked.Obstacles]);
        return request.Preview ? view : view with { ClientUuid = await KeepAsync(view, competition.Name, now, cancellationToken) };
    }

    private async Task AskWhetherOverAsync(ErasureAsked asked, DateTimeOffset now, VenueTime venue, CancellationToken cancellationToken)
    {
        var uuids = asked.CompetitionUuids.ToArray();
        if (now < asked.EndedAt) asked.Obstacles.Add(new ErasureObstacle("not_over", $"Its last day is {venue.EnglishDay(asked.EndedAt.AddTicks(-1))}."));
        foreach (var race in await db.Races.AsNoTracking().Where(r => uuids.Contains(r.CompetitionUuid) && r.MergedInto == null).OrderBy(r => r.Id).ToListAsync(cancellationToken))
        {
            if (race.Status == Race.InProgress) asked.Obstacles.Add(new ErasureObstacle("not_over", $"{race.Name} is in progress."));
            else if (race.Status == Race.Scheduled && race.ScheduledAt > now) asked.Obstacles.Add(new ErasureObstacle("not_over", $"{race.Name} starts on {venue.EnglishDay(race.ScheduledAt.Value)}."));
        }
    }

    /// <summary>The record says who erased what when, and nothing of what was erased.</summary>
    private async Task<Guid> KeepAsync(ErasureView view, string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var kept = new Erasure
        {
            ClientUuid = Uuids.New(time), CompetitionUuid = view.CompetitionUuid, Whose = view.Whose, Bibs = [.. view.Bibs], MadeAt = now, MadeBy = current.SignatureOn(view.CompetitionUuid),
            Counts = JsonSerializer.Serialize(view.Counts, ApiJson.Options),
        };
        db.Erasures.Add(kept);
        await db.SaveChangesAsync(cancellationToken);
        await mediator.Publish(new NamesErased(view.CompetitionUuid, name, ErasureWords.Whose(view.Whose, view.Bibs), view.Counts), cancellationToken);
        return kept.ClientUuid;
    }
}
