using System.Globalization;
using System.Security.Cryptography;

namespace ModularRace.Shared.Identifiers;

/// <summary>
/// A record's revision: a number that grows with each change and a random mark, such as <c>7-3f9a1c04b2de</c>. Opaque to
/// clients. The mark keeps a revision from before a restored backup from being taken for a later one of the same number.
/// </summary>
public static class Revision
{
    public static string First() => Next(null);

    public static string Next(string? current) => Next(current, NewMark());

    /// <summary>The next revision by a mark that all records of one change share: on the wire they then cost next to nothing.</summary>
    public static string Next(string? current, string mark) => string.Create(CultureInfo.InvariantCulture, $"{Number(current) + 1}-{mark}");

    public static string NewMark() => RandomNumberGenerator.GetHexString(12, lowercase: true);

    /// <summary>The number in front of the mark; 0 for none or for what is no revision of ours.</summary>
    public static long Number(string? revision) =>
        revision?.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash
        && long.TryParse(revision.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
}
