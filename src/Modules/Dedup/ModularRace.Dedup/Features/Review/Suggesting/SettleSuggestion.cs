using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Features.ByHand;
using ModularRace.Dedup.Features.Groupings;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;

namespace ModularRace.Dedup.Features.Review.Suggesting;

/// <summary>R5: a person merges what is suggested (together), or dismisses it (apart, for every pair across the two). Again: unchanged.</summary>
/// <param name="Action"><c>merge</c> or <c>dismiss</c>.</param>
/// <param name="Note">Why, up to 4,000 characters.</param>
internal sealed record SettleSuggestion([property: AllowedValues("merge", "dismiss")] string Action, string? Note = null) : ICommand<SuggestionView>
{
    /// <summary>From the path.</summary>
    [JsonIgnore]
    public Guid SuggestionUuid { get; init; }
}

internal sealed class SettleSuggestionValidator : AbstractValidator<SettleSuggestion>
{
    public SettleSuggestionValidator()
    {
        RuleFor(s => s.Action).NotNull().WithMessage("It is required.").IsOneOf(["merge", "dismiss"]);
        RuleFor(s => s.Note).IsText(Texts.Note);
    }
}

internal sealed class SettleSuggestionHandler(DedupDbContext db, PeoplesWord word, IMediator mediator, ICurrentActor current, TimeProvider time)
    : IRequestHandler<SettleSuggestion, SuggestionView>
{
    public async Task<SuggestionView> Handle(SettleSuggestion request, CancellationToken cancellationToken)
    {
        var asked = await db.Suggestions.AsNoTracking().SingleOrDefaultAsync(s => s.ClientUuid == request.SuggestionUuid, cancellationToken);
        if (asked is null || !current.Actor.May(asked.CompetitionUuid, Roles.JuryPresident, Roles.VarOperator)) throw Problem.NotFound("suggestion");
        var named = await word.LockAsync([asked.LowerUuid, asked.HigherUuid], cancellationToken);

        // Two at once: the second waits for the lock, and finds it settled.
        var suggestion = await db.Suggestions.SingleAsync(s => s.ClientUuid == request.SuggestionUuid, cancellationToken);
        var outcome = request.Action == "merge" ? SuggestionOutcomes.Merged : SuggestionOutcomes.Dismissed;
        if (suggestion.Outcome == outcome) return SuggestionView.Of(suggestion);
        if (suggestion.Outcome is not null) throw Problem.Conflict("already_settled", $"This suggestion is {suggestion.Outcome} already.");

        if (outcome == SuggestionOutcomes.Merged)
            await mediator.Send(new MergeIncidents(asked.HigherUuid, request.Note) { IncidentUuid = asked.LowerUuid }, cancellationToken);
        else
        {
            var (left, right) = (await word.GroupOfAsync(named[0], cancellationToken), await word.GroupOfAsync(named[1], cancellationToken));
            await word.SayApartAsync(left, right, request.Note, cancellationToken);
            await word.NoteAsync(GroupingContent.Apart, [asked.LowerUuid], asked.HigherUuid, request.Note, cancellationToken);
            await word.NoteAsync(GroupingContent.Apart, [asked.HigherUuid], asked.LowerUuid, request.Note, cancellationToken);
            await word.TellAsync(cancellationToken);
        }

        // The regrouping has closed it, as it would for any word on the two; here it is known whose word it was.
        (suggestion.Outcome, suggestion.SettledBy, suggestion.SettledAt) = (outcome, current.SignatureOn(suggestion.CompetitionUuid), time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        return SuggestionView.Of(suggestion);
    }
}
