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
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Catalogues;

/// <summary>One line as a person writes it: found by <c>client_uuid</c>, else by its word, discipline and language.</summary>
/// <param name="Code">Of a penalty.</param>
/// <param name="Text">Of a phrase.</param>
/// <param name="Position">Null: its place in the list.</param>
/// <param name="Deleted">As if it were not in the list.</param>
internal sealed record CatalogueItem(
    Guid? ClientUuid, string? Code, string? Text, string? Name, string? Discipline, string? Language, int? Position, bool? Deleted);

/// <summary>The catalogue is what the list says: what it does not name leaves a tombstone. The same list again changes nothing.</summary>
internal sealed record ReplaceCatalogue(Guid CompetitionUuid, CatalogueKind Kind, IReadOnlyList<CatalogueItem>? Items) : ICommand<Page<CatalogueEntryView>>
{
    public const int MostItems = 2000;
}

internal sealed class ReplaceCatalogueValidator : AbstractValidator<ReplaceCatalogue>
{
    public ReplaceCatalogueValidator()
    {
        RuleFor(r => r.Items).NotNull().WithMessage("It is a list.");
        RuleFor(r => r.Items).Must(i => i is null || i.Count <= ReplaceCatalogue.MostItems).WithMessage($"At most {ReplaceCatalogue.MostItems} lines are taken.");
        RuleForEach(r => r.Items).NotNull().WithMessage("It is a line.").ChildRules(item =>
        {
            item.RuleFor(i => i.ClientUuid).IsIdentity();
            item.RuleFor(i => i.Code).IsText(Texts.Name);
            item.RuleFor(i => i.Text).IsText(Texts.Note);
            item.RuleFor(i => i.Name).IsText(Texts.Name);
            item.RuleFor(i => i.Discipline).IsOneOf(Disciplines.All);
            item.RuleFor(i => i.Language).IsText(35);
            item.RuleFor(i => i.Position).IsFrom(0, ReferenceRules.MostPosition);
        });
        RuleForEach(r => r.Items).Must((r, i) => i is null || !string.IsNullOrWhiteSpace(r.Kind == CatalogueKind.Penalties ? i.Code : i.Text))
            .WithMessage(r => $"It needs a {CatalogueSets.WordField(r.Kind)}.");
    }
}

internal sealed class ReplaceCatalogueHandler(
    CompetitionsDbContext db, DatabaseSession session, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<ReplaceCatalogue, Page<CatalogueEntryView>>
{
    public async Task<Page<CatalogueEntryView>> Handle(ReplaceCatalogue request, CancellationToken cancellationToken)
    {
        var competition = await db.Competitions.StandingAsync(request.CompetitionUuid, cancellationToken);
        access.MustEdit(competition?.ClientUuid ?? request.CompetitionUuid);
        if (competition is null) throw Problem.NotFound("competition");
        await session.LockAsync("catalogue", competition.ClientUuid, cancellationToken);
        var stored = await CatalogueSets.Of(db, request.Kind).Where(e => e.CompetitionUuid == competition.ClientUuid).OrderBy(e => e.Deleted).ThenBy(e => e.Id).ToListAsync(cancellationToken);
        var changes = new ReferenceChanges(db, here, time);
        var named = new HashSet<CatalogueEntry>();
        foreach (var (item, index) in request.Items!.Where(i => i.Deleted != true).Select((i, n) => (i, n)))
        {
            var wanted = Wanted(request, competition.ClientUuid, item, index + 1);
            var known = item.ClientUuid is { } uuid
                ? stored.Find(e => e.ClientUuid == uuid)
                : stored.Find(e => !named.Contains(e) && e.Word == wanted.Word && e.Discipline == wanted.Discipline && e.Language == wanted.Language);
            if (known is null)
            {
                if (item.ClientUuid is { } taken && await CatalogueSets.Of(db, request.Kind).AnyAsync(e => e.ClientUuid == taken, cancellationToken)) throw Preconditions.UuidTaken();
                named.Add(changes.Make(wanted, item.ClientUuid));
                stored.Add(wanted);
                continue;
            }

            if (!named.Add(known)) throw Problem.Validation($"items[{index}]", "The same line stands there twice.");
            Change(known, wanted);
        }

        foreach (var entry in stored.Where(e => !e.Deleted && !named.Contains(e)).ToList())
            Change(entry, Gone(request.Kind, entry));
        await changes.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
        return new Page<CatalogueEntryView>([.. named.OrderBy(CatalogueSets.Key, StringComparer.Ordinal).Select(CatalogueEntryView.Of)], null);

        void Change(CatalogueEntry known, CatalogueEntry wanted)
        {
            wanted.KeepFrom(known);
            if (known.SaysTheSameAs(wanted)) return;
            access.MustBeMadeHere(known);
            changes.Change(known, wanted);
        }
    }

    private static CatalogueEntry Wanted(ReplaceCatalogue request, Guid competition, CatalogueItem item, int place)
    {
        var entry = CatalogueSets.New(request.Kind);
        entry.CompetitionUuid = competition;
        entry.Word = (request.Kind == CatalogueKind.Penalties ? item.Code : item.Text)!;
        entry.Name = item.Name;
        entry.Discipline = item.Discipline;
        entry.Language = item.Language;
        entry.Position = item.Position ?? place;
        return entry;
    }

    private static CatalogueEntry Gone(CatalogueKind kind, CatalogueEntry from)
    {
        var entry = CatalogueSets.New(kind);
        entry.CompetitionUuid = from.CompetitionUuid;
        entry.Word = from.Word;
        entry.Name = from.Name;
        entry.Discipline = from.Discipline;
        entry.Language = from.Language;
        entry.Position = from.Position;
        entry.Deleted = true;
        return entry;
    }
}
