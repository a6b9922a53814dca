using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ModularRace.Shared.Problems;

namespace ModularRace.Shared.Web;

/// <summary>A list as the contract answers it.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor)
{
    /// <summary>Makes a page of the rows read with <c>limit + 1</c>: the row too many only says that there is more.</summary>
    public static Page<T> Of(IReadOnlyList<T> rows, int limit, Func<T, string> position) =>
        rows.Count > limit ? new Page<T>([.. rows.Take(limit)], Cursors.Write(position(rows[limit - 1]))) : new Page<T>(rows, null);
}

/// <summary>What a list is asked for: <c>?limit=</c> (default 100, at most 500) and <c>?cursor=</c>.</summary>
public sealed record PageRequest(int? Limit, string? Cursor)
{
    public const int Most = 500;

    public int Take => Limit switch
    {
        null => 100,
        >= 1 and <= Most => Limit.Value,
        _ => throw Problem.Validation("limit", $"It is from 1 to {Most}."),
    };

    /// <summary>Where the last page ended; null at the beginning.</summary>
    public string? After => string.IsNullOrEmpty(Cursor) ? null : Cursors.Read(Cursor);

    /// <summary>The same where rows stand in the order of a number.</summary>
    public long? AfterNumber => After is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Cursors.Unknown();
}

/// <summary>Cursors are opaque and made of <c>A-Za-z0-9_-</c> only: base64url of the position.</summary>
public static class Cursors
{
    public static string Write(string position) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(position));

    public static string Read(string cursor)
    {
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (FormatException)
        {
            throw Unknown();
        }
    }

    public static Problem Unknown() => Problem.Validation("cursor", "It is not a cursor that was given out here.");
}
