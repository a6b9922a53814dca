using System.Text.Json.Serialization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Competitions;

internal sealed record ChangeCompetition : CompetitionFields, ICommand<CompetitionView>
{
    [JsonIgnore]
    public Guid CompetitionUuid { get; init; }

    [JsonIgnore]
    public string? IfMatch { get; init; }
}

internal sealed class ChangeCompetitionValidator : CompetitionFieldsValidator<ChangeCompetition>;

internal sealed class ChangeCompetitionHandler(
    CompetitionsDbContext db, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<ChangeCompetition, CompetitionView>
{
    public async Task<CompetitionView> Handle(ChangeCompetition request, CancellationToken cancellationToken)
    {
        access.MustEdit(request.CompetitionUuid);
        var stored = await db.Competitions.ForUpdate(request.CompetitionUuid, cancellationToken) ?? throw Problem.NotFound("competition");
        stored.MustMatch(request.IfMatch);
        access.MustBeMadeHere(stored);
        var changes = new ReferenceChanges(db, here, time);
        changes.Change(stored, request.ToCompetition());
        await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return CompetitionView.Of(stored);
    }
}
