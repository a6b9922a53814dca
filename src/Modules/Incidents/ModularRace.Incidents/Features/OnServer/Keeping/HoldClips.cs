using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Validation;

namespace ModularRace.Incidents.Features.OnServer.Keeping;

/// <summary>A person says that the clips of a race, or of an incident, stay whatever the rule. Once it is answered, none of them goes. The same again: unchanged.</summary>
/// <param name="RaceUuid">Either this</param>
/// <param name="IncidentUuid">or this; an alias leads to the one that stands.</param>
internal sealed record HoldClips(Guid CompetitionUuid, Guid? RaceUuid, Guid? IncidentUuid, string? Note) : ICommand<ClipsOnHold>;

internal sealed record LiftClipHold(Guid HoldUuid) : ICommand<ClipHoldView>;

/// <summary>The holds of a competition, the latest first.</summary>
internal sealed record ListClipHolds(Guid CompetitionUuid) : IQuery<ClipHoldList>;

internal sealed record HoldClipsBody(Guid? RaceUuid, Guid? IncidentUuid, string? Note);

/// <param name="Created">False: it was held already.</param>
internal sealed record ClipsOnHold(ClipHoldView Hold, bool Created);

/// <param name="RaceUuid">Null: it is an incident's.</param>
/// <param name="IncidentUuid">The one that stands; null: it is a race's.</param>
/// <param name="What">In words: a race's name, or "No. 12".</param>
internal sealed record ClipHoldView(Guid ClientUuid, Guid CompetitionUuid, Guid? RaceUuid, Guid? IncidentUuid, string What, string? Note, DateTimeOffset SetAt, string SetBy);

internal sealed record ClipHoldList(IReadOnlyList<ClipHoldView> Items);

internal sealed class HoldClipsValidator : AbstractValidator<HoldClips>
{
    public HoldClipsValidator()
    {
        RuleFor(h => h.RaceUuid).Must((h, race) => (race is null) != (h.IncidentUuid is null)).WithMessage("It is either a race or an incident.");
        RuleFor(h => h.Note).IsText(Texts.Note);
    }
}

internal sealed class HoldClipsHandler(IncidentsDbContext db, IncidentChanges changes, IMediator mediator, ICurrentActor current, TimeProvider time)
    : IRequestHandler<HoldClips, ClipsOnHold>, IRequestHandler<LiftClipHold, ClipHoldView>, IRequestHandler<ListClipHolds, ClipHoldList>
{
    public async Task<ClipsOnHold> Handle(HoldClips request, CancellationToken cancellationToken)
    {
        var competition = await mediator.RequireCompetitionAsync(current, request.CompetitionUuid, cancellationToken, Roles.JuryPresident);
        // Under the race's lock, as a removal is: that is over, or it sees what is said here.
        Guid[] incidents = [];
        if (request.IncidentUuid is { } incident)
        {
            var group = await changes.LockGroupAsync(incident, cancellationToken);
            if (group.Standing.CompetitionUuid != competition.ClientUuid) throw Problem.NotFound("incident");
            incidents = [group.Standing.ClientUuid, .. group.Members.Select(m => m.ClientUuid).Where(m => m != group.Standing.ClientUuid)];
        }
        else if ((await changes.LockRaceAsync(request.RaceUuid!.Value, cancellationToken))?.CompetitionUuid != competition.ClientUuid) throw Problem.NotFound("race");

        var known = (await db.ClipHolds.AsNoTracking().Where(h => h.RaceUuid == request.RaceUuid).ToListAsync(cancellationToken)).Find(h => incidents.All(h.IncidentUuids.Contains));
        if (known is not null) return new ClipsOnHold(await ViewAsync(known, cancellationToken), Created: false);
        var hold = new ClipHold
        {
            ClientUuid = Uuids.New(time), CompetitionUuid = competition.ClientUuid, RaceUuid = request.RaceUuid, IncidentUuids = incidents,
            Note = request.Note, SetAt = Instants.ToMilliseconds(time.GetUtcNow()), SetBy = current.SignatureOn(competition.ClientUuid),
        };
        db.ClipHolds.Add(hold);
        await db.SaveChangesAsync(cancellationToken);
        var view = await ViewAsync(hold, cancellationToken);
        await mediator.Publish(new ClipHoldChanged(competition.ClientUuid, competition.Name, view.What, Lifted: false), cancellationToken);
        return new ClipsOnHold(view, Created: true);
    }

    public async Task<ClipHoldView> Handle(LiftClipHold request, CancellationToken cancellationToken)
    {
        var hold = await db.ClipHolds.SingleOrDefaultAsync(h => h.ClientUuid == request.HoldUuid, cancellationToken) ?? throw Problem.NotFound("hold");
        var competition = await mediator.RequireCompetitionAsync(current, hold.CompetitionUuid, cancellationToken, Roles.JuryPresident);
        var view = await ViewAsync(hold, cancellationToken);
        db.ClipHolds.Remove(hold);
        await db.SaveChangesAsync(cancellationToken);
        await mediator.Publish(new ClipHoldChanged(competition.ClientUuid, competition.Name, view.What, Lifted: true), cancellationToken);
        return view;
    }

    public async Task<ClipHoldList> Handle(ListClipHolds request, CancellationToken cancellationToken)
    {
        var competition = await mediator.RequireCompetitionAsync(current, request.CompetitionUuid, cancellationToken, Roles.JuryPresident);
        Guid[] competitions = [competition.ClientUuid, .. (await mediator.Send(new FindMergedCompetitions(), cancellationToken)).Where(m => m.Value == competition.ClientUuid).Select(m => m.Key)];
        var views = new List<ClipHoldView>();
        foreach (var hold in await db.ClipHolds.AsNoTracking().Where(h => competitions.Contains(h.CompetitionUuid)).OrderByDescending(h => h.Id).ToListAsync(cancellationToken))
            views.Add(await ViewAsync(hold, cancellationToken));
        return new ClipHoldList(views);
    }

    private async Task<ClipHoldView> ViewAsync(ClipHold hold, CancellationToken cancellationToken)
    {
        if (hold.RaceUuid is { } uuid)
        {
            var race = (await mediator.Send(new FindRaces([uuid]), cancellationToken)).SingleOrDefault();
            return View(incident: null, race?.Name ?? "a race");
        }

        var group = await db.Incidents.Where(i => hold.IncidentUuids.Contains(i.ClientUuid)).OrderBy(i => i.ClientUuid != hold.IncidentUuids[0]).Select(i => i.GroupUuid).FirstAsync(cancellationToken);
        return View(group, $"No. {await db.Incidents.Where(i => i.ClientUuid == group).Select(i => i.Number).SingleAsync(cancellationToken)}");

        ClipHoldView View(Guid? incident, string what) => new(hold.ClientUuid, hold.CompetitionUuid, hold.RaceUuid, incident, what, hold.Note, hold.SetAt, hold.SetBy);
    }
}
