using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Contracts.Erasing;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Erasing;

/// <summary>Whose names they are, and this module's own part: athletes, start lists, who merged what.</summary>
internal sealed class ReferenceEraser(CompetitionsDbContext db, IMediator mediator, ISystemIdentity here, TimeProvider time)
{
    private List<Athlete> leaving = [];
    private List<BibAssignment> worn = [];
    private ReferenceChanges changes = null!;

    /// <summary>
    /// An athlete who starts nowhere else loses the name; one who does keeps it there, and this competition's start lists name
    /// somebody nameless instead.
    /// </summary>
    public async Task<(ErasingNames Erasing, IReadOnlyList<int> Bibs)> PrepareAsync(Guid[] competitions, string whose, EraseNames request, CancellationToken cancellationToken)
    {
        changes = new ReferenceChanges(db, here, time);
        var races = db.Races.Where(r => competitions.Contains(r.CompetitionUuid)).Select(r => r.ClientUuid);
        var bibs = await db.BibAssignments.Where(b => races.Contains(b.RaceUuid)).OrderBy(b => b.Id).ToListAsync(cancellationToken);
        leaving = whose == Erasure.Signature ? [] : await WhoLeavesAsync(bibs, request.AthleteUuid, cancellationToken);
        if (request.AthleteUuid is not null && leaving.Count == 0) throw Problem.Validation("athlete_uuid", "Nobody of that UUID starts in this competition, or the name is erased already.");

        var uuids = leaving.Select(a => a.ClientUuid).ToHashSet();
        worn = bibs.FindAll(b => b.AthleteUuids.Any(uuids.Contains));
        var elsewhere = (await db.BibAssignments.AsNoTracking().Where(b => !b.Deleted && !races.Contains(b.RaceUuid) && b.AthleteUuids.Any(a => uuids.Contains(a))).Select(b => b.AthleteUuids).ToListAsync(cancellationToken))
            .SelectMany(a => a).ToHashSet();
        var replaced = leaving.Where(a => elsewhere.Contains(a.ClientUuid)).ToDictionary(a => a.ClientUuid, _ => changes.Make(Nameless()).ClientUuid);

        var who = new AskingWhoSigned(competitions);
        if (whose == Erasure.Everybody)
        {
            await mediator.Publish(who, cancellationToken);
            who.Signatures.UnionWith(await db.Merges.Where(m => competitions.Contains(m.IntoUuid) || races.Contains(m.IntoUuid)).Select(m => m.MadeBy).ToListAsync(cancellationToken));
        }
        else if (request.Name is { } name) who.Signatures.Add(name);

        var names = new ErasedNames(leaving.Select(a => (a.FirstName, a.LastName)), who.Signatures, whose == Erasure.Everybody);
        return (
            new ErasingNames(competitions, names, uuids.Where(u => !replaced.ContainsKey(u)).ToHashSet(), replaced, whose == Erasure.Everybody),
            request.AthleteUuid is null ? [] : [.. worn.Select(b => b.BibNumber).Distinct().Order()]);
    }

    public async Task EraseAsync(ErasingNames erasing, CancellationToken cancellationToken)
    {
        foreach (var athlete in leaving)
        {
            erasing.Found("athletes", ($"{athlete.FirstName} {athlete.LastName}, {athlete.Nation}", $"{Nameless().FirstName} {Nameless().LastName}"));
            if (erasing.Athletes.Contains(athlete.ClientUuid)) changes.Change(athlete, Nameless());
        }

        foreach (var bib in worn.Where(b => b.AthleteUuids.Any(erasing.Replaced.ContainsKey)))
        {
            erasing.Found("start_list_lines", 1);
            changes.Change(bib, new BibAssignment
            {
                RaceUuid = bib.RaceUuid, BibNumber = bib.BibNumber, Heat = bib.Heat, Status = bib.Status, Deleted = bib.Deleted,
                AthleteUuids = [.. bib.AthleteUuids.Select(a => erasing.Replaced.GetValueOrDefault(a, a))],
            });
        }

        var competitions = erasing.CompetitionUuids.ToArray();
        var races = await db.Races.Where(r => competitions.Contains(r.CompetitionUuid)).Select(r => r.ClientUuid).ToListAsync(cancellationToken);
        foreach (var merge in await db.Merges.Where(m => competitions.Contains(m.IntoUuid) || races.Contains(m.IntoUuid)).ToListAsync(cancellationToken))
        {
            var (made, undone) = (erasing.Names.Signature(merge.MadeBy), erasing.Names.Signature(merge.UndoneBy));
            if (made == merge.MadeBy && undone == merge.UndoneBy) continue;
            db.Entry(merge).Property(m => m.MadeBy).CurrentValue = made;
            merge.UndoneBy = undone;
            erasing.Found("merges", 1);
        }

        await db.SaveChangesAsync(cancellationToken);
        await changes.SaveAsync(mediator, ChangeSource.Erased, cancellationToken);
    }

    /// <summary>Those whom the bibs name, and who stands for them; not who has no name any more.</summary>
    private async Task<List<Athlete>> WhoLeavesAsync(List<BibAssignment> bibs, Guid? only, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, Athlete>();
        for (var named = bibs.SelectMany(b => b.AthleteUuids).ToHashSet(); named.Count > 0;)
        {
            var next = await db.Athletes.Where(a => named.Contains(a.ClientUuid)).OrderBy(a => a.Id).ToListAsync(cancellationToken);
            foreach (var athlete in next) found[athlete.ClientUuid] = athlete;
            named = [.. next.Where(a => a.MergedInto is not null).Select(a => a.MergedInto!.Value).Where(a => !found.ContainsKey(a))];
        }

        return [.. found.Values.Where(a => (only is null || IsOne(a, only.Value)) && a.LastName != ErasedNames.Word).OrderBy(a => a.Id)];

        bool IsOne(Athlete athlete, Guid one) => athlete.ClientUuid == one || athlete.MergedInto == one || (found.TryGetValue(one, out var asked) && asked.MergedInto == athlete.ClientUuid);
    }

    private static Athlete Nameless()
    {
        var fields = ErasingNames.Nameless;
        return new Athlete { FirstName = (string)fields["first_name"]!, LastName = (string)fields["last_name"]!, Nation = (string)fields["nation"]! };
    }
}
