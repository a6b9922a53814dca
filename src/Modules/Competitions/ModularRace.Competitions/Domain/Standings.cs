using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Persistence;

namespace ModularRace.Competitions.Domain;

/// <summary>What was merged into what, each to the end of its chain: competitions, races and locations.</summary>
internal sealed class Standings
{
    public static readonly Standings None = new([]);

    private readonly Dictionary<Guid, Guid> into;

    private Standings(Dictionary<Guid, Guid> into) => this.into = into;

    /// <summary>All that was merged.</summary>
    public IReadOnlyCollection<Guid> Merged => into.Keys;

    public static async Task<Standings> ReadAsync(CompetitionsDbContext db, CancellationToken cancellationToken) =>
        new((await db.Competitions.Where(c => c.MergedInto != null).Select(c => new { c.ClientUuid, c.MergedInto })
                .Concat(db.Races.Where(r => r.MergedInto != null).Select(r => new { r.ClientUuid, r.MergedInto }))
                .Concat(db.RaceLocations.Where(l => l.MergedInto != null).Select(l => new { l.ClientUuid, l.MergedInto }))
                .ToListAsync(cancellationToken))
            .ToDictionary(m => m.ClientUuid, m => m.MergedInto!.Value));

    /// <summary>The one that stands for it; itself where it was not merged.</summary>
    public Guid Of(Guid uuid)
    {
        while (into.TryGetValue(uuid, out var next)) uuid = next;
        return uuid;
    }

    /// <summary>Hangs a record that says its place on the one that stands there.</summary>
    public void Hang(ReferenceRecord record)
    {
        if (record is not IHang hang) return;
        var said = hang.Said ?? hang.HangsOn;
        hang.HangsOn = Of(said);
        hang.Said = hang.HangsOn == said ? null : said;
    }
}
