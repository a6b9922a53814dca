using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Competitions;

internal sealed record CreateCompetition : CompetitionFields, ICommand<Saved<CompetitionView>>
{
    /// <summary>The identity that the caller gives it; the same again finds it created already.</summary>
    public Guid? ClientUuid { get; init; }
}

internal sealed class CreateCompetitionValidator : CompetitionFieldsValidator<CreateCompetition>
{
    public CreateCompetitionValidator() => RuleFor(c => c.ClientUuid).IsIdentity();
}

internal sealed class CreateCompetitionHandler(
    CompetitionsDbContext db, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<CreateCompetition, Saved<CompetitionView>>
{
    public async Task<Saved<CompetitionView>> Handle(CreateCompetition request, CancellationToken cancellationToken)
    {
        access.MustEdit(null);
        if (request.ClientUuid is { } uuid
            && await db.Competitions.AsNoTracking().FirstOrDefaultAsync(c => c.ClientUuid == uuid, cancellationToken) is { } known)
            return new Saved<CompetitionView>(CompetitionView.Of(known), Created: false);
        var changes = new ReferenceChanges(db, here, time);
        var competition = changes.Make(request.ToCompetition(), request.ClientUuid);
        await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return new Saved<CompetitionView>(CompetitionView.Of(competition), Created: true);
    }
}
