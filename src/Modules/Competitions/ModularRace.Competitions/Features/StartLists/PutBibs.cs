using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.StartLists;

/// <summary>
/// Bibs by their numbers alone, such as 1 to 75, for a race whose start list is on paper. Those on the list stay as they are;
/// who wears the others is not known yet. Again: unchanged.
/// </summary>
internal sealed record PutBibs : ICommand<StartListChanges>
{
    /// <summary>More than any race has, and few enough for one commit.</summary>
    public const int MostAtOnce = 500;

    [JsonIgnore]
    public Guid RaceUuid { get; init; }

    public int? First { get; init; }

    /// <summary>Null: one bib.</summary>
    public int? Last { get; init; }

    /// <summary>How many wear one bib, where a team does; null: two, and one where none does.</summary>
    public int? Athletes { get; init; }
}

internal sealed class PutBibsValidator : AbstractValidator<PutBibs>
{
    public PutBibsValidator()
    {
        RuleFor(b => b.First).NotNull().WithMessage("It is required.");
        RuleFor(b => b.First).IsFrom(ReferenceRules.LowestBib, ReferenceRules.HighestBib);
        RuleFor(b => b.Last).IsFrom(ReferenceRules.LowestBib, ReferenceRules.HighestBib);
        RuleFor(b => b.Last).Must((b, last) => BibRange.Fits(b.First, last)).WithMessage(BibRange.Rule);
        RuleFor(b => b.Athletes).IsFrom(1, ReferenceRules.MostAthletes);
    }
}

internal static class BibRange
{
    public static readonly string Rule = $"It is not before the first, and at most {PutBibs.MostAtOnce} bibs are taken at once.";

    public static bool Fits(int? first, int? last) => first is null || last is null || (last >= first && last - first < PutBibs.MostAtOnce);
}

internal sealed class PutBibsHandler(
    CompetitionsDbContext db, DatabaseSession session, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<PutBibs, StartListChanges>
{
    public async Task<StartListChanges> Handle(PutBibs request, CancellationToken cancellationToken)
    {
        var race = await db.Races.StandingAsync(request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        access.MustEdit(race.CompetitionUuid);
        var most = ReferenceRules.AthletesPerBib(race.Discipline);
        var each = request.Athletes ?? Math.Min(2, most);
        if (each > most) throw Problem.Validation("athletes", "In this race each bib has one athlete.");
        await session.LockAsync(StartListOrder.LockScope, Guid.Empty, cancellationToken);
        var (first, last) = (request.First!.Value, request.Last ?? request.First.Value);
        var stored = (await db.BibAssignments.Where(b => b.RaceUuid == race.ClientUuid && b.BibNumber >= first && b.BibNumber <= last).ToListAsync(cancellationToken))
            .OnePerBib().ToDictionary(b => b.BibNumber);
        var changes = new ReferenceChanges(db, here, time);
        int created = 0, unchanged = 0, people = 0;
        for (var bib = first; bib <= last; bib++)
        {
            var known = stored.GetValueOrDefault(bib);
            if (known is { Deleted: false })
            {
                unchanged++;
                continue;
            }

            created++;
            if (known is not null && access.MadeHere(known))
            {
                // It comes back with those who wore it.
                changes.Change(known, new BibAssignment { RaceUuid = race.ClientUuid, BibNumber = bib, AthleteUuids = known.AthleteUuids, Heat = known.Heat, Status = known.Status });
                continue;
            }

            var wearing = Enumerable.Range(1, each).Select(place => changes.Make(Unnamed.Athlete(bib, place, each)).ClientUuid).ToArray();
            people += wearing.Length;
            changes.Make(new BibAssignment { RaceUuid = race.ClientUuid, BibNumber = bib, AthleteUuids = wearing });
        }

        await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return new StartListChanges(created, 0, unchanged, 0, people);
    }
}
