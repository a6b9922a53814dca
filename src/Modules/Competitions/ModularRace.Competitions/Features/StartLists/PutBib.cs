using System.ComponentModel.DataAnnotations;
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
using ModularRace.Shared.Validation;

namespace ModularRace.Competitions.Features.StartLists;

/// <summary>One line of a start list, whole: made where the bib is new.</summary>
internal sealed record PutBib : ICommand<BibView>
{
    [JsonIgnore]
    public Guid RaceUuid { get; init; }

    [JsonIgnore]
    public int Bib { get; init; }

    [JsonIgnore]
    public string? IfMatch { get; init; }

    public string? Heat { get; init; }

    /// <summary><c>registered</c> (where none is said), <c>dns, dnf, dsq, finished</c>.</summary>
    [AllowedValues("registered", "dns", "dnf", "dsq", "finished", null)]
    public string? Status { get; init; }

    /// <summary>One, or a team's in its order: known by <c>client_uuid</c>, or found by licence, else by name, nation and gender, else made.</summary>
    public IReadOnlyList<BibAthlete>? Athletes { get; init; }

    /// <summary>Instead of <see cref="Athletes"/>, where all of them are known.</summary>
    public IReadOnlyList<Guid>? AthleteUuids { get; init; }
}

internal sealed record BibAthlete(
    Guid? ClientUuid, string? FirstName, string? LastName, string? Nation, string? Gender, int? BirthYear, string? LicenseNumber)
{
    public AthleteEntry ToEntry() => new(FirstName!, LastName!, Nation!, Gender, BirthYear, LicenseNumber);

    /// <summary>Only named by its identity.</summary>
    public bool OnlyUuid => ClientUuid is not null && FirstName is null && LastName is null && Nation is null;
}

internal sealed class PutBibValidator : AbstractValidator<PutBib>
{
    public PutBibValidator()
    {
        RuleFor(b => b.Bib).InclusiveBetween(ReferenceRules.LowestBib, ReferenceRules.HighestBib).OverridePropertyName("bib_number").WithMessage("A bib is from 1 to 9999.");
        RuleFor(b => b.Heat).IsText(Texts.Name);
        RuleFor(b => b.Status).IsOneOf(ReferenceRules.BibStatuses);
        RuleFor(b => b.Athletes).Must((b, _) => (b.Athletes?.Count ?? b.AthleteUuids?.Count) is >= 1 and <= ReferenceRules.MostAthletes)
            .WithMessage($"A bib has 1 to {ReferenceRules.MostAthletes} athletes.");
        RuleForEach(b => b.Athletes).NotNull().WithMessage("It is an athlete.").ChildRules(athlete =>
        {
            athlete.RuleFor(a => a.ClientUuid).IsIdentity();
            athlete.RuleFor(a => a.FirstName).IsRequiredText(Texts.Name).Unless(a => a.OnlyUuid);
            athlete.RuleFor(a => a.LastName).IsRequiredText(Texts.Name).Unless(a => a.OnlyUuid);
            athlete.RuleFor(a => a.Nation).NotNull().Unless(a => a.OnlyUuid).WithMessage("It is required.");
            athlete.RuleFor(a => a.Nation).Passes(ReferenceRules.NationFault);
            athlete.RuleFor(a => a.Gender).IsOneOf(ReferenceRules.Genders);
            athlete.RuleFor(a => a.BirthYear).IsFrom(ReferenceRules.FirstBirthYear, ReferenceRules.LastBirthYear);
            athlete.RuleFor(a => a.LicenseNumber).IsText(Texts.Name);
        });
    }
}

internal sealed class PutBibHandler(
    CompetitionsDbContext db, DatabaseSession session, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<PutBib, BibView>
{
    public async Task<BibView> Handle(PutBib request, CancellationToken cancellationToken)
    {
        var race = await db.Races.StandingAsync(request.RaceUuid, cancellationToken) ?? throw Problem.NotFound("race");
        access.MustEdit(race.CompetitionUuid);
        var people = request.Athletes ?? [.. request.AthleteUuids!.Select(u => new BibAthlete(u, null, null, null, null, null, null))];
        var most = race.Discipline == Disciplines.Other ? ReferenceRules.MostAthletes : ReferenceRules.AthletesPerBib(race.Discipline);
        if (people.Count > most) throw Problem.Validation("athletes", "In this discipline a bib is one athlete.");

        await session.LockAsync(StartListOrder.LockScope, Guid.Empty, cancellationToken);
        var stored = (await db.BibAssignments.Where(b => b.RaceUuid == race.ClientUuid && b.BibNumber == request.Bib).ToListAsync(cancellationToken))
            .OnePerBib().SingleOrDefault();
        if (stored is { Deleted: false }) stored.MustMatch(request.IfMatch);
        else if (!string.IsNullOrEmpty(request.IfMatch)) throw Problem.StaleRevision();

        var changes = new ReferenceChanges(db, here, time);
        var athletes = await PeopleAsync(people, changes, cancellationToken);
        if (athletes.Distinct().Count() != athletes.Length) throw Problem.Validation("athletes", "The same athlete is named twice.");
        var wanted = new BibAssignment
        {
            RaceUuid = race.ClientUuid,
            BibNumber = request.Bib,
            AthleteUuids = [.. athletes.Select(a => a.ClientUuid)],
            Heat = request.Heat,
            Status = request.Status ?? BibAssignment.Registered,
        };
        if (stored is null)
        {
            stored = changes.Make(wanted);
        }
        else
        {
            wanted.KeepFrom(stored);
            if (!stored.SaysTheSameAs(wanted)) access.MustBeMadeHere(stored);
            changes.Change(stored, wanted);
        }

        await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return BibView.Of(stored, athletes.ToDictionary(a => a.ClientUuid));
    }

    private async Task<Athlete[]> PeopleAsync(IReadOnlyList<BibAthlete> people, ReferenceChanges changes, CancellationToken cancellationToken)
    {
        var uuids = people.Select(p => p.ClientUuid).OfType<Guid>().ToArray();
        var known = await db.Athletes.Where(a => uuids.Contains(a.ClientUuid)).ToDictionaryAsync(a => a.ClientUuid, cancellationToken);
        var named = people.Where(p => p.ClientUuid is null).Select(p => p.ToEntry()).ToList();
        var register = await AthleteRegister.LoadAsync(db, named, cancellationToken);
        var found = new Queue<Athlete>(register.Resolve(named, changes, access));
        return [.. people.Select(p => p.ClientUuid is { } uuid ? Known(uuid, p) : found.Dequeue())];

        Athlete Known(Guid uuid, BibAthlete said)
        {
            if (!known.TryGetValue(uuid, out var athlete))
                return said.OnlyUuid ? throw Problem.Validation("athletes", $"There is no athlete {uuid}.") : known[uuid] = changes.Make(Said(said), uuid);
            if (!said.OnlyUuid && access.MadeHere(athlete)) changes.Change(athlete, Said(said));
            return athlete;
        }
    }

    private static Athlete Said(BibAthlete a) => new()
    {
        FirstName = a.FirstName!,
        LastName = a.LastName!,
        Nation = a.Nation!,
        Gender = a.Gender,
        BirthYear = a.BirthYear,
        LicenseNumber = a.LicenseNumber,
    };
}
