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
using ModularRace.Shared.Web;

namespace ModularRace.Competitions.Features.Catalogues;

/// <summary>One line as a person writes it: found by <c>client_uuid</c>, else by its word, discipline and language.</summary>
/// <param name="Code">Of a penalty.</param>
/// <param name="Text">Of a phrase.</param>
/// <param name="Position">Null: its place in the list; where lines are added to a list, the last.</param>
/// <param name="Deleted">As if it were not in the list; where lines are added to a list: it goes.</param>
internal sealed record CatalogueItem(
    Guid? ClientUuid, string? Code, string? Text, string? Name, string? Discipline, string? Language, int? Position, bool? Deleted)
{
    /// <summary>Where it stands in a file. A file's <c>client_uuid</c> may come from another competition: the line is then found by what it says.</summary>
    [JsonIgnore]
    public int? Line { get; init; }

    /// <summary>The revision that a form showed: the line is not changed where it has another by now. Null: whatever is stored.</summary>
    [JsonIgnore]
    public string? Revision { get; init; }
}

/// <summary>Makes a catalogue what the list says; the same list again changes nothing.</summary>
/// <param name="Mode"><c>replace</c> (where none is said): what the list does not name leaves a tombstone. <c>merge</c>: it stays.</param>
/// <param name="Preview">Says what would change, and changes nothing.</param>
/// <param name="IfMatch">The tag of the catalogue that the list was made from; another by now: 412.</param>
internal sealed record WriteCatalogue(
    Guid CompetitionUuid, CatalogueKind Kind, IReadOnlyList<CatalogueItem>? Items, string? Mode = null, bool Preview = false, string? IfMatch = null)
    : ICommand<CatalogueWritten>
{
    public const string Merge = "merge", Replace = "replace";

    public const int MostItems = 2000;
}

/// <summary>The catalogue as it is now (in a preview: as it would be), and what became of its lines.</summary>
/// <param name="Created">Lines that were not there.</param>
/// <param name="Updated">Lines that say something else.</param>
/// <param name="Unchanged">Lines that were named and say the same.</param>
/// <param name="Removed">Lines that left.</param>
/// <param name="Changes">Each line that was not left as it was, by position.</param>
/// <param name="Tag">Of the catalogue as it is stored.</param>
internal sealed record CatalogueWritten(
    IReadOnlyList<CatalogueEntryView> Items, string? NextCursor, int Created, int Updated, int Unchanged, int Removed, IReadOnlyList<CatalogueChange> Changes,
    [property: JsonIgnore] string Tag);

/// <param name="Before">Null: it was not there.</param>
/// <param name="After">Null: it is not there any more.</param>
internal sealed record CatalogueChange(
    [property: AllowedValues("created", "updated", "removed")] string Change, CatalogueEntryView? Before, CatalogueEntryView? After);

internal sealed class CatalogueItemValidator : AbstractValidator<CatalogueItem>
{
    public CatalogueItemValidator()
    {
        RuleFor(i => i.ClientUuid).IsIdentity();
        RuleFor(i => i.Code).IsText(Texts.Name);
        RuleFor(i => i.Text).IsText(Texts.Note);
        RuleFor(i => i.Name).IsText(Texts.Name);
        RuleFor(i => i.Discipline).IsOneOf(Disciplines.All);
        RuleFor(i => i.Language).IsText(35);
        RuleFor(i => i.Position).IsFrom(0, ReferenceRules.MostPosition);
    }
}

internal sealed class WriteCatalogueValidator : AbstractValidator<WriteCatalogue>
{
    public WriteCatalogueValidator()
    {
        RuleFor(r => r.Mode).IsOneOf([WriteCatalogue.Merge, WriteCatalogue.Replace]);
        RuleFor(r => r.Items).NotNull().WithMessage("It is a list.");
        RuleFor(r => r.Items).Must(i => i is null || i.Count <= WriteCatalogue.MostItems).WithMessage($"At most {WriteCatalogue.MostItems} lines are taken.");
        RuleForEach(r => r.Items).NotNull().WithMessage("It is a line.").SetValidator(new CatalogueItemValidator());
        RuleFor(r => r).Custom((request, context) =>
        {
            foreach (var (item, index) in (request.Items ?? []).Select((i, n) => (i, n)))
                if (item is not null && string.IsNullOrWhiteSpace(CatalogueSets.Word(request.Kind, item)))
                    context.AddFailure($"Items[{index}].{(request.Kind == CatalogueKind.Penalties ? nameof(CatalogueItem.Code) : nameof(CatalogueItem.Text))}", "It is required.");
        });
    }
}

internal sealed class WriteCatalogueHandler(
    CompetitionsDbContext db, DatabaseSession session, IMediator mediator, ReferenceAccess access, ISystemIdentity here, TimeProvider time)
    : IRequestHandler<WriteCatalogue, CatalogueWritten>
{
    public async Task<CatalogueWritten> Handle(WriteCatalogue request, CancellationToken cancellationToken)
    {
        var competition = await db.Competitions.StandingAsync(request.CompetitionUuid, cancellationToken);
        access.MustEdit(competition?.ClientUuid ?? request.CompetitionUuid);
        if (competition is null) throw Problem.NotFound("competition");
        await session.LockAsync("catalogue", competition.ClientUuid, cancellationToken);
        var stored = await CatalogueSets.Of(db, request.Kind).Where(e => e.CompetitionUuid == competition.ClientUuid).OrderBy(e => e.Deleted).ThenBy(e => e.Id).ToListAsync(cancellationToken);
        var tag = CatalogueSets.Tag(stored);
        Preconditions.MustMatch(tag, request.IfMatch);

        var writing = new Writing(request, competition.ClientUuid, stored, await ElsewhereAsync(request, competition.ClientUuid, cancellationToken), new ReferenceChanges(db, here, time), access);
        writing.Write();
        CatalogueWritten Outcome(string now) => new(
            [.. CatalogueSets.Shown(stored).Select(CatalogueEntryView.Of)], null, writing.Count("created"), writing.Count("updated"), writing.Unchanged, writing.Count("removed"), writing.Changes, now);
        if (!request.Preview)
        {
            await writing.Changed.SaveAsync(mediator, ChangeSource.Local, cancellationToken);
            return Outcome(CatalogueSets.Tag(stored));
        }

        var outcome = Outcome(tag);
        db.ChangeTracker.Clear();
        return outcome;
    }

    /// <summary>Identities that lines of other competitions have: a list may not take them.</summary>
    private async Task<HashSet<Guid>> ElsewhereAsync(WriteCatalogue request, Guid competition, CancellationToken cancellationToken)
    {
        var said = request.Items!.Select(i => i.ClientUuid).OfType<Guid>().ToArray();
        return said.Length == 0 ? [] : await CatalogueSets.Of(db, request.Kind).Where(e => said.Contains(e.ClientUuid) && e.CompetitionUuid != competition).Select(e => e.ClientUuid).ToHashSetAsync(cancellationToken);
    }

    /// <summary>One run over the list.</summary>
    private sealed class Writing(
        WriteCatalogue request, Guid competition, List<CatalogueEntry> stored, HashSet<Guid> elsewhere, ReferenceChanges changed, ReferenceAccess access)
    {
        private readonly bool adds = request.Mode == WriteCatalogue.Merge;
        private readonly HashSet<CatalogueEntry> named = [];
        private readonly List<CatalogueChange> changes = [];

        public ReferenceChanges Changed => changed;

        public int Unchanged { get; private set; }

        public IReadOnlyList<CatalogueChange> Changes => [.. changes.OrderBy(c => SortedPage.Position((c.After ?? c.Before)!.Position), StringComparer.Ordinal)];

        public int Count(string change) => changes.Count(c => c.Change == change);

        public void Write()
        {
            var place = 0;
            foreach (var (item, index) in request.Items!.Select((i, n) => (i, n)))
            {
                if (item.Deleted == true && !adds) continue;
                place++;
                var wanted = Wanted(item);
                var known = Find(item, wanted);
                if (item.Deleted == true)
                {
                    if (known is { Deleted: false }) Change(known, Gone(known), item);
                    continue;
                }

                wanted.Position ??= !adds ? place : known is { Deleted: false } ? known.Position : stored.Where(e => !e.Deleted).Max(e => e.Position) + 1 ?? 1;
                if (known is null)
                {
                    named.Add(changed.Make(wanted, item.ClientUuid is { } own && !elsewhere.Contains(own) ? own : null));
                    stored.Add(wanted);
                    changes.Add(new CatalogueChange("created", null, CatalogueEntryView.Of(wanted)));
                }
                else if (!named.Add(known)) throw Problem.Validation($"items[{index}]", "The same line stands there twice.");
                else Change(known, wanted, item);
                if (adds) MustBeTheOnly(known ?? wanted, index);
            }

            if (adds) return;
            foreach (var entry in stored.Where(e => !e.Deleted && !named.Contains(e)).ToList()) Change(entry, Gone(entry), null);
        }

        private CatalogueEntry? Find(CatalogueItem item, CatalogueEntry wanted)
        {
            if (item.ClientUuid is { } uuid)
            {
                if (!elsewhere.Contains(uuid)) return stored.Find(e => e.ClientUuid == uuid);
                if (item.Line is null) throw Preconditions.UuidTaken();
            }

            return stored.Find(e => !named.Contains(e) && e.Word == wanted.Word && Group(e) == Group(wanted));
        }

        private void Change(CatalogueEntry known, CatalogueEntry wanted, CatalogueItem? item)
        {
            wanted.KeepFrom(known);
            if (known.SaysTheSameAs(wanted))
            {
                Unchanged++;
                return;
            }

            if (item?.Revision is { } shown && shown != known.Revision) throw Problem.StaleRevision();
            access.MustBeMadeHere(known);
            var before = known.Deleted ? null : CatalogueEntryView.Of(known);
            changed.Change(known, wanted);
            changes.Add(known.Deleted ? new CatalogueChange("removed", before, null) : new CatalogueChange(before is null ? "created" : "updated", before, CatalogueEntryView.Of(known)));
        }

        /// <summary>Who writes the whole list sees all of it; who adds a line may not know of another that says the same.</summary>
        private void MustBeTheOnly(CatalogueEntry entry, int index)
        {
            if (stored.Exists(e => e != entry && e is { Deleted: false, SaidCompetitionUuid: null } && e.Word == entry.Word && Group(e) == Group(entry)))
                throw Problem.Validation($"items[{index}].{CatalogueSets.WordField(request.Kind)}", "There is such a line already, for the same discipline and language.");
        }

        private CatalogueEntry Wanted(CatalogueItem item)
        {
            var entry = CatalogueSets.New(request.Kind);
            entry.CompetitionUuid = competition;
            entry.Word = CatalogueSets.Word(request.Kind, item)!;
            entry.Name = item.Name;
            entry.Discipline = item.Discipline;
            entry.Language = item.Language;
            entry.Position = item.Position;
            return entry;
        }

        private CatalogueEntry Gone(CatalogueEntry from)
        {
            var entry = CatalogueSets.New(request.Kind);
            entry.CompetitionUuid = from.CompetitionUuid;
            entry.Word = from.Word;
            entry.Name = from.Name;
            entry.Discipline = from.Discipline;
            entry.Language = from.Language;
            entry.Position = from.Position;
            entry.Deleted = true;
            return entry;
        }

        private static (string?, string?) Group(CatalogueEntry entry) => (entry.Discipline, entry.Language);
    }
}
