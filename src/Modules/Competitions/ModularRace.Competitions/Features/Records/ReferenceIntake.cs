using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Features.Records;

/// <summary>
/// Reads records that came in and holds them against what is stored: one query for each type, however many records there
/// are. With <see cref="ReferenceChanges"/> it takes them too; without, it only judges.
/// </summary>
internal sealed class ReferenceIntake(CompetitionsDbContext db)
{
    private readonly Dictionary<(string Type, Guid Uuid), ReferenceRecord> stored = [];
    private readonly HashSet<Guid> competitions = [], athletes = [];
    private readonly Dictionary<Guid, Guid> competitionOfRace = [];
    private Standings standings = Standings.None;

    public async Task<IReadOnlyList<RecordOutcome>> JudgeAsync(
        IReadOnlyList<IncomingRecord> records, ReferenceChanges? changes, CancellationToken cancellationToken)
    {
        var drafts = records.Select(Read).ToList();
        await LoadAsync(drafts, cancellationToken);
        if (changes is not null) standings = await Standings.ReadAsync(db, cancellationToken);
        return [.. drafts.Select(draft => Judge(draft, changes))];
    }

    private static Draft Read(IncomingRecord record)
    {
        var reader = new RecordReader(record.Content);
        ReferenceRecord? read = record.Type switch
        {
            RecordTypes.Competition => Competition.Read(reader),
            RecordTypes.Race => Race.Read(reader),
            RecordTypes.RaceLocation => RaceLocation.Read(reader),
            RecordTypes.Athlete => Athlete.Read(reader),
            RecordTypes.BibAssignment => BibAssignment.Read(reader),
            RecordTypes.Penalty => Penalty.Read(reader),
            RecordTypes.Phrase => Phrase.Read(reader),
            _ => null,
        };
        if (record.Deleted && read is ICanBeDeleted deletable) deletable.Deleted = true;
        var createdAt = reader.Time("created_at");
        var error = read is null ? new RecordError("validation_failed", "This type of record is not reference data.", "type")
            : record.ClientUuid == Guid.Empty ? new RecordError("validation_failed", "It is a UUID, and not the nil one.", "client_uuid")
            : reader.Error;
        return new Draft(record, read, createdAt, error);
    }

    private async Task LoadAsync(List<Draft> drafts, CancellationToken cancellationToken)
    {
        await StoredAsync(db.Competitions, RecordTypes.Competition);
        await StoredAsync(db.Races, RecordTypes.Race);
        await StoredAsync(db.RaceLocations, RecordTypes.RaceLocation);
        await StoredAsync(db.Athletes, RecordTypes.Athlete);
        await StoredAsync(db.BibAssignments, RecordTypes.BibAssignment);
        await StoredAsync(db.Penalties, RecordTypes.Penalty);
        await StoredAsync(db.Phrases, RecordTypes.Phrase);

        var records = drafts.Where(d => d.Error is null).Select(d => d.Record!).ToList();
        var named = records.Select(CompetitionNamedBy).OfType<Guid>().Distinct().ToArray();
        if (named.Length > 0)
            competitions.UnionWith(await db.Competitions.Where(c => named.Contains(c.ClientUuid)).Select(c => c.ClientUuid).ToListAsync(cancellationToken));
        var races = records.Select(RaceNamedBy).OfType<Guid>().Distinct().ToArray();
        if (races.Length > 0)
            foreach (var race in await db.Races.Where(r => races.Contains(r.ClientUuid)).Select(r => new { r.ClientUuid, CompetitionUuid = r.SaidCompetitionUuid ?? r.CompetitionUuid }).ToListAsync(cancellationToken))
                competitionOfRace[race.ClientUuid] = race.CompetitionUuid;
        var people = records.OfType<BibAssignment>().SelectMany(b => b.AthleteUuids).Distinct().ToArray();
        if (people.Length > 0)
            athletes.UnionWith(await db.Athletes.Where(a => people.Contains(a.ClientUuid)).Select(a => a.ClientUuid).ToListAsync(cancellationToken));

        async Task StoredAsync<T>(DbSet<T> set, string type) where T : ReferenceRecord
        {
            var uuids = drafts.Where(d => d.Error is null && d.Incoming.Type == type).Select(d => d.Incoming.ClientUuid).Distinct().ToArray();
            if (uuids.Length == 0) return;
            foreach (var record in await set.Where(r => uuids.Contains(r.ClientUuid)).ToListAsync(cancellationToken)) stored[(type, record.ClientUuid)] = record;
        }
    }

    private RecordOutcome Judge(Draft draft, ReferenceChanges? changes)
    {
        var (incoming, record, createdAt, error) = draft;
        var raceUuid = record is null ? null : record is Race ? incoming.ClientUuid : RaceNamedBy(record);
        var outcome = new RecordOutcome(incoming.Type, incoming.ClientUuid, RecordVerdict.Invalid, null, raceUuid);
        if (error is not null || record is null) return outcome with { Error = error };
        if (MissingParent(record) is { } parent)
            return outcome with
            {
                Verdict = RecordVerdict.MissingParent,
                MissingParentUuid = parent,
                Error = new RecordError("foreign_key_not_found", "It refers to something that is not here yet.", FieldNaming(record, parent)),
            };

        // From here on later records of the batch may refer to it.
        if (record is Competition) competitions.Add(incoming.ClientUuid);
        else if (record is Race race) competitionOfRace[incoming.ClientUuid] = race.CompetitionUuid; // as read: what it says
        else if (record is Athlete) athletes.Add(incoming.ClientUuid);
        outcome = outcome with { CompetitionUuid = CompetitionOf(incoming.ClientUuid, record) };

        var known = stored.GetValueOrDefault((incoming.Type, incoming.ClientUuid));
        if (changes is null) return outcome with { Verdict = RecordVerdict.Acceptable, Revision = known?.Revision };
        standings.Hang(record);
        if (known is null)
        {
            changes.Make(record, incoming.ClientUuid, incoming.Origin, createdAt);
            stored[(incoming.Type, incoming.ClientUuid)] = record;
            return outcome with { Verdict = RecordVerdict.Created, Revision = record.Revision };
        }

        var updated = changes.Take(known, record, incoming.Settled);
        return outcome with { Verdict = updated ? RecordVerdict.Updated : RecordVerdict.Unchanged, Revision = known.Revision };
    }

    private Guid? MissingParent(ReferenceRecord record)
    {
        if (CompetitionNamedBy(record) is { } competition && !competitions.Contains(competition)) return competition;
        if (RaceNamedBy(record) is { } race && !competitionOfRace.ContainsKey(race)) return race;
        if (record is not BibAssignment bib) return null;
        foreach (var athlete in bib.AthleteUuids)
            if (!athletes.Contains(athlete)) return athlete;
        return null;
    }

    private Guid? CompetitionOf(Guid uuid, ReferenceRecord record) =>
        record is Competition ? uuid : CompetitionNamedBy(record) ?? (RaceNamedBy(record) is { } race ? competitionOfRace[race] : null);

    private static Guid? CompetitionNamedBy(ReferenceRecord record) => record switch
    {
        Race race => race.SaidCompetitionUuid ?? race.CompetitionUuid,
        CatalogueEntry entry => entry.SaidCompetitionUuid ?? entry.CompetitionUuid,
        _ => null,
    };

    private static Guid? RaceNamedBy(ReferenceRecord record) => record switch
    {
        RaceLocation location => location.SaidRaceUuid ?? location.RaceUuid,
        BibAssignment bib => bib.SaidRaceUuid ?? bib.RaceUuid,
        _ => null,
    };

    private static string FieldNaming(ReferenceRecord record, Guid parent) => record switch
    {
        Race or CatalogueEntry => "competition_uuid",
        BibAssignment bib when bib.RaceUuid != parent => "athlete_uuids",
        _ => "race_uuid",
    };

    private sealed record Draft(IncomingRecord Incoming, ReferenceRecord? Record, DateTimeOffset? CreatedAt, RecordError? Error);
}
