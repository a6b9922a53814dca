using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Dedup.Features.Review.Suggesting;

/// <summary>The open suggestions, oldest first.</summary>
/// <param name="CompetitionUuid">Null: of all that the caller may merge in.</param>
/// <param name="Page">Which part of it.</param>
internal sealed record ListSuggestions(Guid? CompetitionUuid, PageRequest Page) : IQuery<Page<SuggestionView>>;

/// <summary>A suggestion as the contract answers it.</summary>
/// <param name="IncidentUuids">The two that stand.</param>
/// <param name="Reason">What speaks for it, and why the rule did not join them.</param>
/// <param name="Times">The corrected times of the two observations that lie nearest.</param>
/// <param name="Outcome">Null while open; <c>merged, dismissed</c>, or <c>closed</c> where there was nothing to suggest any more.</param>
internal sealed record SuggestionView(
    Guid ClientUuid, Guid CompetitionUuid, Guid RaceUuid, IReadOnlyList<Guid> IncidentUuids, int BibNumber, string Reason, decimal SecondsApart, IReadOnlyList<DateTimeOffset> Times,
    DateTimeOffset MadeAt, string? Outcome, string? SettledBy, DateTimeOffset? SettledAt)
{
    public static SuggestionView Of(SuggestionRow s) => new(
        s.ClientUuid, s.CompetitionUuid, s.RaceUuid, [s.LowerUuid, s.HigherUuid], s.BibNumber, s.Reason, s.SecondsApart, s.Times, s.MadeAt, s.Outcome, s.SettledBy, s.SettledAt);
}

internal sealed class ListSuggestionsHandler(DedupDbContext db, ICurrentActor current) : IRequestHandler<ListSuggestions, Page<SuggestionView>>
{
    public async Task<Page<SuggestionView>> Handle(ListSuggestions request, CancellationToken cancellationToken)
    {
        if (request.CompetitionUuid is { } competition) current.Actor.Require(competition, Roles.JuryPresident, Roles.VarOperator);
        var suggestions = db.Suggestions.AsNoTracking().ForMerging(current.Actor).Where(s => s.Outcome == null && (request.CompetitionUuid == null || s.CompetitionUuid == request.CompetitionUuid));
        if (request.Page.AfterNumber is { } after) suggestions = suggestions.Where(s => s.Id > after);

        var rows = await suggestions.OrderBy(s => s.Id).Take(request.Page.Take + 1).ToListAsync(cancellationToken);
        var page = Page<SuggestionRow>.Of(rows, request.Page.Take, s => s.Id.ToString(CultureInfo.InvariantCulture));
        return new Page<SuggestionView>([.. page.Items.Select(SuggestionView.Of)], page.NextCursor);
    }
}

internal static class SuggestionsSeen
{
    /// <summary>R15: those that the actor may settle.</summary>
    public static IQueryable<SuggestionRow> ForMerging(this IQueryable<SuggestionRow> suggestions, Actor actor)
    {
        if (actor.May(null, Roles.JuryPresident, Roles.VarOperator)) return suggestions;
        var mine = actor.Held(Roles.JuryPresident, Roles.VarOperator);
        return suggestions.Where(s => mine.Contains(s.CompetitionUuid));
    }
}
