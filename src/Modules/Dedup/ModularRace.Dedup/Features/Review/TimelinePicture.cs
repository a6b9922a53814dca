using System.Globalization;
using ModularRace.Shared.Time;

namespace ModularRace.Dedup.Features.Review;

/// <summary>
/// Where on the picture each mark of a time line stands. Later is never further to the left, and no two words of a side meet;
/// what room is left is shared out by the time between. A pause far longer than the others is cut short, and drawn as cut.
/// </summary>
/// <param name="Marks">In the time line's order, with the distance from the left edge.</param>
/// <param name="Cuts">Where the line is broken.</param>
internal sealed record TimelinePicture(double Width, double Height, IReadOnlyList<(TimelineMark Mark, double X)> Marks, IReadOnlyList<double> Cuts)
{
    public const double Left = 168, LaneHeight = 58;
    private const double Right = 976, Letter = 7.2, Apart = 18, LongestPause = 4;

    public static TimelinePicture Of(ConflictTimeline line, VenueTime venue)
    {
        var times = line.Marks.Select(m => m.At).Distinct().ToList();
        // As far left as the words allow.
        var (least, free) = (new double[times.Count], new double[line.Sides.Count]);
        Array.Fill(free, Left + 14);
        foreach (var (i, here) in times.Select((at, i) => (i, line.Marks.Where(m => m.At == at).ToList())))
        {
            least[i] = Math.Max(i == 0 ? 0 : least[i - 1] + 3, here.Max(m => free[m.Side]));
            // Several at the same moment stand one behind the other.
            foreach (var mark in here) free[mark.Side] = Math.Max(free[mark.Side], least[i]) + Length(mark, venue);
        }

        var pauses = times.Zip(times.Skip(1), (a, b) => (b - a).TotalSeconds).ToList();
        var longest = pauses.Count == 0 ? 0 : LongestPause * pauses.Order().ElementAt((pauses.Count - 1) / 2);
        var weights = pauses.ConvertAll(p => Math.Min(p, longest));
        var (room, sum) = (Math.Max(0, Right - free.Max()), Math.Max(weights.Sum(), 1e-9));
        var at = new double[times.Count];
        for (var (i, passed) = (0, 0.0); i < times.Count; passed += i < weights.Count ? weights[i] : 0, i++) at[i] = least[i] + (room * passed / sum);

        var next = new Dictionary<(int, DateTimeOffset), double>();
        var marks = line.Marks.Select(m =>
        {
            var x = next.TryGetValue((m.Side, m.At), out var behind) ? behind : at[times.IndexOf(m.At)];
            next[(m.Side, m.At)] = x + Length(m, venue);
            return (m, x);
        }).ToList();
        var cuts = pauses.Select((p, i) => (p, x: (at[i] + at[i + 1]) / 2)).Where(c => c.p > longest && longest > 0).Select(c => c.x).ToList();
        return new TimelinePicture(Math.Max(Right, free.Max()), LaneHeight * line.Sides.Count, marks, cuts);
    }

    /// <summary>Of the longer of its two lines of words.</summary>
    public static double Length(TimelineMark mark, VenueTime venue) => Apart + (Letter * Math.Max(venue.Clock(mark.At).Length + 1 + mark.What.Length, (mark.Own?.Length ?? 0) * 0.92));

    /// <summary>A figure of SVG.</summary>
    public static string Figure(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
