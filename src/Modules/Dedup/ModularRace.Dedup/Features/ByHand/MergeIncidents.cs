using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Features.Groupings;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;

namespace ModularRace.Dedup.Features.ByHand;

/// <summary>A person puts two incidents together that the rule did not join (R5). Again: unchanged.</summary>
/// <param name="IntoUuid">The other; an alias means its group. Which one stands is the rule's to say (R4).</param>
/// <param name="Note">Why, up to 4,000 characters.</param>
internal sealed record MergeIncidents(Guid IntoUuid, string? Note = null) : ICommand<IncidentView>
{
    /// <summary>From the path.</summary>
    [JsonIgnore]
    public Guid IncidentUuid { get; init; }
}

internal sealed class MergeIncidentsValidator : AbstractValidator<MergeIncidents>
{
    public MergeIncidentsValidator()
    {
        RuleFor(m => m.IntoUuid).NotEmpty().WithMessage("It is required.")
            .NotEqual(m => m.IncidentUuid).WithMessage("It is another incident than the one of the path.");
        RuleFor(m => m.Note).IsText(Texts.Note);
    }
}

internal sealed class MergeIncidentsHandler(PeoplesWord word, IMediator mediator, ICurrentActor current, ISystemIdentity system) : IRequestHandler<MergeIncidents, IncidentView>
{
    public async Task<IncidentView> Handle(MergeIncidents request, CancellationToken cancellationToken)
    {
        var named = await word.LockAsync([request.IncidentUuid, request.IntoUuid], cancellationToken);
        var (incident, into) = (named[0], named[1]);
        foreach (var one in named) current.RequireGrouping(system, one.CompetitionUuid);
        if (incident.RaceUuid != into.RaceUuid) throw Problem.Validation("into_uuid", "It is an incident of another race.");

        var answer = new ReadIncident(request.IntoUuid);
        if (incident.StandsFor == into.StandsFor) return await mediator.Send(answer, cancellationToken);

        var (left, right) = (await word.GroupOfAsync(incident, cancellationToken), await word.GroupOfAsync(into, cancellationToken));
        // R6: a person chooses first which decision it is; the conflict, if they are near, waits for that already.
        if (left.Concat(right).Select(m => m.DecidedAs).OfType<string>().Distinct(StringComparer.Ordinal).Count() > 1)
            throw Problem.Conflict("decisions_differ", "Different things were decided on the two. Make both decisions the same first, or reopen one.");
        var disputed = await mediator.Send(new FindOpenConflicts([.. left.Concat(right).Select(m => m.IncidentUuid)]), cancellationToken);
        if (left.Concat(right).Any(m => disputed.ContainsKey(m.IncidentUuid)))
            throw Problem.Conflict("in_conflict", "One of them waits for the jury. They can be put together once that is resolved.");

        if (await word.SayTogetherAsync((request.IncidentUuid, request.IntoUuid), left, right, request.Note, cancellationToken))
        {
            await word.NoteAsync(GroupingContent.Together, [request.IncidentUuid], request.IntoUuid, request.Note, cancellationToken);
            await word.TellAsync(cancellationToken);
        }

        return await mediator.Send(answer, cancellationToken);
    }
}
