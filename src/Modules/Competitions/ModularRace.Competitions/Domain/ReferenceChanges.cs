using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Records;
using ModularRace.Shared.Time;

namespace ModularRace.Competitions.Domain;

/// <summary>
/// What one command makes and changes: gives each record its identity and revision, saves them, and says so once. Made anew
/// in each run of a handler, because a transaction that is done anew starts from nothing.
/// </summary>
internal sealed class ReferenceChanges(CompetitionsDbContext db, ISystemIdentity here, TimeProvider time)
{
    private readonly HashSet<ReferenceRecord> changed = [];
    private readonly DateTimeOffset now = Instants.ToMilliseconds(time.GetUtcNow());

    public T Make<T>(T record, Guid? clientUuid = null, string? origin = null, DateTimeOffset? createdAt = null) where T : ReferenceRecord
    {
        record.ClientUuid = clientUuid ?? Uuids.New(time);
        record.Origin = origin ?? here.Origin;
        record.Revision = Revision.First();
        record.CreatedAt = createdAt ?? now;
        record.UpdatedAt = now;
        db.Add(record);
        changed.Add(record);
        return record;
    }

    /// <summary>Makes the stored record say what <paramref name="wanted"/> says, in its place; false where it does already.</summary>
    public bool Change<T>(T stored, T wanted) where T : ReferenceRecord
    {
        wanted.KeepFrom(stored);
        return Write(stored, wanted, settled: false);
    }

    /// <summary>The same with what came in, which says its place itself.</summary>
    public bool Take<T>(T stored, T came, bool settled) where T : ReferenceRecord
    {
        var place = came is IHang own ? (own.HangsOn, own.Said) : default;
        came.KeepFrom(stored);
        if (came is IHang hang) (hang.HangsOn, hang.Said) = place;
        return Write(stored, came, settled);
    }

    private bool Write(ReferenceRecord stored, ReferenceRecord wanted, bool settled)
    {
        // A person has settled it just so: that is a new version, though it may say nothing new.
        if (!settled && stored.SaysTheSameAs(wanted)) return false;
        wanted.Revision = Revision.Next(stored.Revision);
        wanted.UpdatedAt = now;
        db.Entry(stored).CurrentValues.SetValues(wanted);
        changed.Add(stored);
        return true;
    }

    public async Task SaveAsync(IMediator mediator, ChangeSource source, CancellationToken cancellationToken)
    {
        if (changed.Count == 0) return;
        await db.SaveChangesAsync(cancellationToken);
        var records = await ToRecordsAsync(db, changed, cancellationToken);
        await mediator.Publish(new RecordsChanged(records, source), cancellationToken);
    }

    /// <summary>The records as other modules see them, each after what it refers to, and in the competition and race that they name: by those devices have them.</summary>
    public static async Task<IReadOnlyList<RecordVersion>> ToRecordsAsync(
        CompetitionsDbContext db, IReadOnlyCollection<ReferenceRecord> records, CancellationToken cancellationToken)
    {
        var raceUuids = records.Select(RaceOf).OfType<Guid>().Distinct().ToArray();
        var competitions = raceUuids.Length == 0
            ? []
            : await db.Races.Where(r => raceUuids.Contains(r.ClientUuid)).ToDictionaryAsync(r => r.ClientUuid, r => r.SaidCompetitionUuid ?? r.CompetitionUuid, cancellationToken);
        return
        [
            .. records.OrderBy(r => RecordTypes.Rank(r.RecordType)).Select(record => record switch
            {
                Competition => record.ToRecord(record.ClientUuid, null),
                Race race => record.ToRecord(race.SaidCompetitionUuid ?? race.CompetitionUuid, race.ClientUuid),
                CatalogueEntry entry => record.ToRecord(entry.SaidCompetitionUuid ?? entry.CompetitionUuid, null),
                _ when RaceOf(record) is { } race => record.ToRecord(competitions[race], race),
                _ => record.ToRecord(null, null),
            }),
        ];
    }

    private static Guid? RaceOf(ReferenceRecord record) => record switch
    {
        RaceLocation location => location.SaidRaceUuid ?? location.RaceUuid,
        BibAssignment bib => bib.SaidRaceUuid ?? bib.RaceUuid,
        _ => null,
    };
}

/// <summary>What a call that creates answers: 201 where it was created now, 200 where it was there.</summary>
internal sealed record Saved<T>(T Value, bool Created);

/// <summary>What <c>If-Match</c> asks for.</summary>
internal static class Preconditions
{
    /// <param name="record">As stored.</param>
    /// <param name="ifMatch">The header as sent; null or <c>*</c>: whatever is stored.</param>
    public static void MustMatch(this ReferenceRecord record, string? ifMatch) => MustMatch(record.Revision, ifMatch);

    /// <param name="stored">The tag of what is stored.</param>
    /// <param name="ifMatch">The header as sent; null or <c>*</c>: whatever is stored.</param>
    public static void MustMatch(string stored, string? ifMatch)
    {
        if (string.IsNullOrWhiteSpace(ifMatch) || ifMatch.Trim() == "*") return;
        if (!ifMatch.Split(',').Any(tag => string.Equals(tag.Trim().Trim('"'), stored, StringComparison.Ordinal))) throw Problem.StaleRevision();
    }

    public static Problem UuidTaken() => Problem.Conflict("uuid_taken", "This client_uuid belongs to something else.");
}
