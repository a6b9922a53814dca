namespace ModularRace.Simulation;

/// <summary>A value that a person gave a record somewhere, which that system said to have stored.</summary>
/// <param name="Side">The cloud, or a device with its store (R7).</param>
/// <param name="Before">What the person saw there; null with <paramref name="Making"/>.</param>
/// <param name="Edit">The number of the device's edit; 0 on the cloud.</param>
internal sealed record Said(int Number, string Side, RecordKey Record, string Value, string? Text, string? Before, bool Making, long Edit, int Step);

/// <summary>What a person chose in a conflict over a value: it stands against every text that the conflict held, whoever says it again (R7).</summary>
/// <param name="Number">Of the next word after it.</param>
internal sealed record Choice(int Number, RecordKey Record, string Value, string? Chosen, IReadOnlySet<string?> Covered);

/// <summary>
/// What was acknowledged, kept apart from the systems that acknowledged it: each yes that a person heard, with what it was
/// about. From this alone follows what must be there in the end.
/// </summary>
internal sealed class Journal
{
    private readonly List<Said> said = [];
    private readonly List<Choice> choices = [];
    private readonly Dictionary<Guid, (string Place, string Name)> locations = [];
    private readonly HashSet<(Guid Race, int Bib, string LastName)> bibs = [];

    public IReadOnlyList<Said> All => said;

    public IReadOnlyList<Choice> Choices => choices;

    /// <summary>Reference data: the name that its origin gave it last.</summary>
    public IReadOnlyDictionary<Guid, (string Place, string Name)> Locations => locations;

    public IReadOnlyCollection<(Guid Race, int Bib, string LastName)> Bibs => bibs;

    public void Chose(RecordKey record, string value, string? chosen, IReadOnlySet<string?> covered) => choices.Add(new Choice(said.Count, record, value, chosen, covered));

    public void Named(string place, Guid location, string name) => locations[location] = (place, name);

    public void Started(Guid race, int bib, string lastName)
    {
        bibs.RemoveWhere(b => b.Race == race && b.Bib == bib);
        bibs.Add((race, bib, lastName));
    }

    public void Lost(string place)
    {
        foreach (var (uuid, made) in locations.ToList())
            if (made.Place == place) locations.Remove(uuid);
    }

    /// <summary>Takes down what an acknowledged act made of a system's records.</summary>
    /// <returns>How many values it gave.</returns>
    public int Note(string side, Records before, Records after, int step)
    {
        var noted = 0;
        foreach (var (key, row, edit) in after.All)
        {
            var was = before[key];
            foreach (var value in Values.Of(key.Type))
            {
                var (text, seen) = (Values.Read(row, value), was is null ? null : Values.Read(was, value));
                if (was is not null && text == seen) continue;
                said.Add(new Said(said.Count, side, key, value, text, seen, was is null, edit, step));
                noted++;
            }
        }

        foreach (var (key, _, _) in before.All)
            if (after[key] is null) throw new SimulationFault($"{key} is gone from {side} after an act.");
        return noted;
    }
}
