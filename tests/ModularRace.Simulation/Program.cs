using System.Globalization;
using ModularRace.Simulation;

return await Seeds.RunAsync(args);

namespace ModularRace.Simulation
{
    /// <summary><c>build/simulate.sh N [--seed S] [--steps K]</c>: N seeds from S on, of K steps each. A seed that fails prints itself.</summary>
    internal static class Seeds
    {
        private const int UsualSteps = 200;

        public static async Task<int> RunAsync(string[] args)
        {
            var (count, first, steps, lines) = (Number(args, null) ?? 20, Number(args, "--seed") ?? 1, Number(args, "--steps") ?? UsualSteps, Number(args, "--story") ?? 40);
            await using var simulator = new Simulator();
            var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
            var failed = new List<int>();
            var total = TimeSpan.Zero;
            for (var seed = first; seed < first + count; seed++)
            {
                var result = await simulator.RunAsync(seed, steps);
                total += result.Took;
                foreach (var (kind, number) in result.Counts) counts[kind] = counts.GetValueOrDefault(kind) + number;
                if (result.Faults.Count > 0)
                {
                    failed.Add(seed);
                    Console.WriteLine(Tell(result, steps, lines));
                }

                if ((seed - first + 1) % 10 == 0 || count <= 10) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seed - first + 1} of {count} seeds, {failed.Count} failed, {total.TotalSeconds / (seed - first + 1):0.0} s each"));
            }

            Console.WriteLine("What happened: " + string.Join(", ", counts.Select(c => $"{c.Value} {c.Key}")));
            Console.WriteLine(failed.Count == 0 ? $"{count} seeds held." : $"{failed.Count} of {count} seeds failed: {string.Join(' ', failed)}");
            return failed.Count == 0 ? 0 : 1;
        }

        public static string Tell(SeedResult result, int steps, int lines) =>
            $"""
             Seed {result.Seed} failed:
               {string.Join("\n  ", result.Faults.Take(12))}{(result.Faults.Count > 12 ? $"\n  and {result.Faults.Count - 12} more" : "")}
             The last of what happened:
             {string.Join('\n', result.Story.TakeLast(lines))}
             {string.Join('\n', result.Logged.TakeLast(lines / 4).Select(l => l.Length > 1500 ? l[..1500] : l))}
             Again: build/simulate.sh 1 --seed {result.Seed} --steps {steps} --story 400

             """;

        private static int? Number(string[] args, string? option)
        {
            var at = option is null ? 0 : Array.IndexOf(args, option) + 1;
            return (option is null || at > 0) && at < args.Length && int.TryParse(args[at], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        }
    }
}
