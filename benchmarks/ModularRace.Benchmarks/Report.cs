using System.Globalization;

namespace ModularRace.Benchmarks;

/// <summary>Figures on the standard output, a line each.</summary>
internal static class Report
{
    public static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    public static void Line(string text) => Console.WriteLine(text);

    public static bool Goal(string what, bool reached)
    {
        Line($"  goal: {what}: {(reached ? "reached" : "MISSED")}");
        return reached;
    }
}
