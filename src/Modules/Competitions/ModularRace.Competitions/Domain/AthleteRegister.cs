using System.Text;
using Microsoft.EntityFrameworkCore;
using ModularRace.Competitions.Persistence;

namespace ModularRace.Competitions.Domain;

/// <summary>A person as a start list names one.</summary>
/// <param name="Nation">Three capital letters.</param>
/// <param name="Gender"><c>M, F, X</c>; null: not said.</param>
internal sealed record AthleteEntry(string FirstName, string LastName, string Nation, string? Gender, int? BirthYear, string? LicenseNumber);

/// <summary>
/// Finds the athletes that a start list names, or makes them: by licence, else by name, nation and gender. Two entries of one
/// list with the same name and different birth years are two people.
/// </summary>
internal sealed class AthleteRegister
{
    private readonly Dictionary<string, List<Athlete>> byLicense = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string, string), List<Athlete>> byName = [];

    /// <summary>How many were made.</summary>
    public int Created { get; private set; }

    /// <summary>Those of whom the list knew more or better.</summary>
    public HashSet<Guid> Changed { get; } = [];

    /// <summary>Reads those who may be meant, in two queries however long the list is.</summary>
    public static async Task<AthleteRegister> LoadAsync(CompetitionsDbContext db, IReadOnlyCollection<AthleteEntry> entries, CancellationToken cancellationToken)
    {
        var licenses = entries.Select(e => e.LicenseNumber).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        // Letters with marks can be written in two ways (NFC, NFD); both are the same name.
        var lastNames = entries.SelectMany(e => new[] { e.LastName, e.LastName.Normalize(), e.LastName.Normalize(NormalizationForm.FormD) }).Distinct(StringComparer.Ordinal).ToArray();
        var nations = entries.Select(e => e.Nation).Distinct(StringComparer.Ordinal).ToArray();
        var found = await db.Athletes.Where(a => lastNames.Contains(a.LastName) && nations.Contains(a.Nation)).ToListAsync(cancellationToken);
        if (licenses.Length > 0) found.AddRange(await db.Athletes.Where(a => licenses.Contains(a.LicenseNumber)).ToListAsync(cancellationToken));

        var register = new AthleteRegister();
        foreach (var athlete in found.DistinctBy(a => a.ClientUuid).OrderBy(a => a.Id)) register.Add(athlete);
        return register;
    }

    /// <summary>The athlete of each entry, in the entries' order.</summary>
    public Athlete[] Resolve(IReadOnlyList<AthleteEntry> entries, ReferenceChanges changes, ReferenceAccess access)
    {
        var athletes = new Athlete?[entries.Count];
        var wanted = new Dictionary<Athlete, AthleteEntry>();
        var claimed = new HashSet<Athlete>();
        // Who is named exactly goes first, so that a namesake earlier in the list does not take their place.
        for (var i = 0; i < entries.Count; i++)
            if ((ByLicense(entries[i]) ?? ByName(entries[i]).FirstOrDefault(a => a.BirthYear == entries[i].BirthYear)) is { } exact)
                Take(i, exact);
        for (var i = 0; i < entries.Count; i++)
        {
            if (athletes[i] is not null) continue;
            var entry = entries[i];
            var known = ByName(entry).FirstOrDefault(a => a.BirthYear is null || entry.BirthYear is null || a.BirthYear == entry.BirthYear || !claimed.Contains(a));
            if (known is not null)
            {
                Take(i, known);
                continue;
            }

            var athlete = changes.Make(new Athlete
            {
                FirstName = entry.FirstName,
                LastName = entry.LastName,
                Nation = entry.Nation,
                Gender = entry.Gender,
                BirthYear = entry.BirthYear,
                LicenseNumber = entry.LicenseNumber,
            });
            Created++;
            Add(athlete);
            claimed.Add(athlete);
            athletes[i] = athlete;
        }

        foreach (var (athlete, entry) in wanted) Improve(athlete, entry, changes, access);
        return athletes!;

        void Take(int index, Athlete athlete)
        {
            athletes[index] = athlete;
            wanted[athlete] = entries[index];
            claimed.Add(athlete);
        }
    }

    private void Improve(Athlete athlete, AthleteEntry entry, ReferenceChanges changes, ReferenceAccess access)
    {
        // A start list in an emergency on a Pi does not correct the cloud's people.
        if (!access.MadeHere(athlete)) return;
        var isTheirLicense = entry.LicenseNumber is not null && entry.LicenseNumber == athlete.LicenseNumber;
        var better = new Athlete
        {
            FirstName = isTheirLicense ? entry.FirstName : athlete.FirstName,
            LastName = isTheirLicense ? entry.LastName : athlete.LastName,
            Nation = entry.Nation,
            // What a list does not say it does not take away.
            Gender = entry.Gender ?? athlete.Gender,
            BirthYear = entry.BirthYear ?? athlete.BirthYear,
            LicenseNumber = entry.LicenseNumber ?? athlete.LicenseNumber,
        };
        if (changes.Change(athlete, better)) Changed.Add(athlete.ClientUuid);
    }

    private void Add(Athlete athlete)
    {
        if (athlete.LicenseNumber is { } license) Bucket(byLicense, license).Add(athlete);
        Bucket(byName, Key(athlete.FirstName, athlete.LastName, athlete.Nation)).Add(athlete);
    }

    private Athlete? ByLicense(AthleteEntry entry) =>
        entry.LicenseNumber is { } license && byLicense.TryGetValue(license, out var athletes) ? athletes[0] : null;

    private IEnumerable<Athlete> ByName(AthleteEntry entry) =>
        byName.GetValueOrDefault(Key(entry.FirstName, entry.LastName, entry.Nation), []).Where(a =>
            (a.Gender is null || entry.Gender is null || a.Gender == entry.Gender)
            && (a.LicenseNumber is null || entry.LicenseNumber is null || a.LicenseNumber == entry.LicenseNumber));

    private static (string, string, string) Key(string first, string last, string nation) => (first.Normalize(), last.Normalize(), nation);

    private static List<Athlete> Bucket<TKey>(Dictionary<TKey, List<Athlete>> map, TKey key) where TKey : notnull
    {
        if (!map.TryGetValue(key, out var list)) map[key] = list = [];
        return list;
    }
}
