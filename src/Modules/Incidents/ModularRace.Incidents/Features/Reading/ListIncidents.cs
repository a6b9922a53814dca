using System.Globalization;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;
using ModularRace.Shared.Web;

namespace ModularRace.Incidents.Features.Reading;

/// <summary>A race's incidents that stand, newest first. The filters look at what is shown: the whole group's status, decision and location.</summary>
/// <param name="RaceUuid">The race.</param>
/// <param name="Status"><c>unofficial, official</c>; null: both.</param>
/// <param name="Decision"><c>pending, penalty_applied, rejected, no_action</c>; null: all.</param>
/// <param name="BibNumber">Null: all.</param>
/// <param name="RaceLocationUuid">Null: all.</param>
/// <param name="Limit">1 to 500; null: 100.</param>
/// <param name="Cursor">Where the last page ended.</param>
/// <param name="Origin">With a report that was not taken back and comes from there: <c>cloud</c> or a device's UUID; null: all.</param>
/// <param name="Clip">One of <see cref="ClipFilters"/>, of the clips of reports that were not taken back; null: all.</param>
/// <param name="Decided">With any decision but <c>pending</c>.</param>
internal sealed record ListIncidents(
    Guid RaceUuid, string? Status = null, string? Decision = null, int? BibNumber = null, Guid? RaceLocationUuid = null, int? Limit = null, string? Cursor = null,
    string? Origin = null, string? Clip = null, bool Decided = false)
    : IQuery<Page<IncidentView>>
{
    /// <summary>Whether it is where a page of this list ended; an old link may hold anything.</summary>
    public static bool IsCursor(string cursor)
    {
        try
        {
            ListIncidentsHandler.Position(Cursors.Read(cursor));
            return true;
        }
        catch (Problem)
        {
            return false;
        }
    }
}

/// <summary>What a list may ask of the clips of an incident.</summary>
internal static class ClipFilters
{
    public const string With = "with", Without = "without", Removed = "removed";

    /// <summary>With one, without any, or with one in that state; those that went by a rule are in none, but on their own.</summary>
    public static readonly IReadOnlyList<string> All = [With, Without, ClipStates.Stored, ClipStates.Pending, ClipStates.Failed, Removed];
}

internal sealed class ListIncidentsValidator : AbstractValidator<ListIncidents>
{
    public ListIncidentsValidator()
    {
        RuleFor(r => r.Status).IsOneOf(Statuses.All);
        RuleFor(r => r.Decision).IsOneOf(Decisions.All);
        RuleFor(r => r.BibNumber).IsBib();
        RuleFor(r => r.Clip).IsOneOf(ClipFilters.All);
    }
}

internal sealed class ListIncidentsHandler(IncidentsDbContext db, FilteredIncidents filtered) : IRequestHandler<ListIncidents, Page<IncidentView>>
{
    public async Task<Page<IncidentView>> Handle(ListIncidents request, CancellationToken cancellationToken)
    {
        var page = new PageRequest(request.Limit, request.Cursor);
        var take = page.Take;
        var standing = await filtered.OfAsync(request, cancellationToken);
        if (page.After is { } after)
        {
            var (at, number) = Position(after);
            standing = standing.Where(i => i.OccurredAt < at || (i.OccurredAt == at && i.Number < number));
        }

        var rows = await standing.OrderByDescending(i => i.OccurredAt).ThenByDescending(i => i.Number)
            .Select(i => new Row(i.ClientUuid, i.OccurredAt, i.Number)).Take(take + 1).ToListAsync(cancellationToken);
        var cut = Page<Row>.Of(rows, take, r => string.Create(CultureInfo.InvariantCulture, $"{r.OccurredAt.ToUnixTimeMilliseconds()}:{r.Number}"));
        var groups = await db.ReadGroupsAsync([.. cut.Items.Select(r => r.ClientUuid)], cancellationToken);
        // One that was joined to another between the two queries is shown by that other; the list goes on all the same.
        return new Page<IncidentView>([.. cut.Items.Where(r => groups.ContainsKey(r.ClientUuid)).Select(r => groups[r.ClientUuid])], cut.NextCursor);
    }

    private sealed record Row(Guid ClientUuid, DateTimeOffset OccurredAt, long Number);

    internal static (DateTimeOffset At, long Number) Position(string after)
    {
        var parts = after.Split(':');
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds is > -62_135_596_800_000 and < 253_402_300_799_999
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? (DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), number)
                : throw Cursors.Unknown();
    }
}
