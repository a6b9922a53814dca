
namespace ModularRace.Benchmarks.Sync;

/// <summary>What referees write: some eighty characters, never the same twice, in the same order in each run.</summary>
internal sealed class Descriptions
{
    private static readonly string[] Seen =
    [
        "cut inside the {0} gate", "left the marked track {0} m", "missed control point {0}", "changed skins outside the box by {0} m", "dropped a glove {0} m",
        "skied {0} s with the helmet open", "took the wrong fork", "pushed {1}", "was towed by {1} for {0} m", "carried skis in the hand",
        "did not fix both skis to the pack", "left the transition {0} s early", "used the poles of {1}", "threw away a gel wrapper", "received a bottle from a spectator",
        "walked {0} m with boots unbuckled", "removed the skins before the line", "crossed under the tape {0} m", "blocked the overtaking lane for {0} s", "started {0} s before the signal",
    ];

    private static readonly string[] Where =
    [
        "below the {0} cairn", "at the top of couloir {0}", "near the snow bridge", "above the larch trees", "by the second pylon", "on the traverse to hut {0}", "before boot section {0}",
        "in the fog at {0} m", "after the rock step", "on the icy ramp", "beside the timing mat", "at flag {0}", "under the cornice", "close to the first-aid tent", "on the fixed rope, bolt {0}",
    ];

    private static readonly string[] Said =
    [
        "seen from {0} m", "{1} confirms", "video asked for", "protest by {1}", "no advantage gained", "warned once already", "clear view", "backlit, not sure of the bib", "witnesses {1} and {1}",
        "stopped and went back {0} m", "told {1} at the finish", "photo {0} by {1}", "radio was silent", "snowing hard", "wind from the ridge, {0} km/h", "spoke to {1}, coach", "gained about {0} s",
    ];

    private static readonly string[] People =
    [
        .. Directory.EnumerateFiles(Checkout.PathOf("build", "example", "tesero-2026"), "*.csv").Order(StringComparer.Ordinal)
            .SelectMany(file => File.ReadLines(file).Skip(1)).Select(line => line.Split(',')[2]).Distinct(StringComparer.Ordinal),
    ];

    private readonly Random random = new(2026);
    private readonly HashSet<string> given = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    public string Next()
    {
        lock (gate)
        {
            while (true)
            {
                var text = $"{Pick(Seen)} {Pick(Where)}, {Pick(Said)}";
                if (text.Length < 74) text += $"; {Pick(Said)}";
                text = char.ToUpperInvariant(text[0]) + text[1..];
                if (given.Add(text)) return text;
            }
        }
    }

    private string Pick(string[] from) => from[random.Next(from.Length)].Replace("{1}", People[random.Next(People.Length)], StringComparison.Ordinal).Replace("{0}", random.Next(2, 99).ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
