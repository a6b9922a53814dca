using System.Globalization;
using ModularRace.Shared.Web;

namespace ModularRace.Shared.Time;

/// <summary>Times as people at the venue read them. A zone that this machine does not know is read as UTC, and says so.</summary>
public sealed class VenueTime
{
    private static readonly CultureInfo Words = CultureInfo.InvariantCulture;
    private readonly TimeZoneInfo zone;

    /// <param name="timeZone">IANA, e.g. <c>Europe/Rome</c>.</param>
    public VenueTime(string? timeZone)
    {
        zone = timeZone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var found) ? found : TimeZoneInfo.Utc;
        Id = zone.HasIanaId ? zone.Id : "UTC";
    }

    /// <summary>The zone's IANA name.</summary>
    public string Id { get; }

    public DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone);

    public DateOnly Date(DateTimeOffset at) => DateOnly.FromDateTime(Local(at).DateTime);

    /// <summary><c>10:30:12</c></summary>
    public string Clock(DateTimeOffset at) => Local(at).ToString("HH:mm:ss", Words);

    /// <summary><c>10:30</c></summary>
    public string Minute(DateTimeOffset at) => Local(at).ToString("HH:mm", Words);

    /// <summary><c>.4</c>, what follows <see cref="Clock"/>; cut, not rounded, as a clock shows it.</summary>
    public string Tenth(DateTimeOffset at) => Local(at).ToString("'.'f", Words);

    /// <summary><c>10:30:12.4</c></summary>
    public string Exact(DateTimeOffset at) => Local(at).ToString("HH:mm:ss.f", Words);

    /// <summary><c>Sat 7 February</c></summary>
    public string Day(DateTimeOffset at) => Day(Date(at));

    public static string Day(DateOnly day) => Named(day, DeskWords.Say("ddd d MMMM||a day, as .NET formats it"));

    /// <summary>As <see cref="Day(DateTimeOffset)"/>, for a sentence that is kept or sent: English, whatever the page speaks from which it came about.</summary>
    public string EnglishDay(DateTimeOffset at) => Date(at).ToString("ddd d MMMM", Words);

    /// <summary><c>Sat 7 Feb</c></summary>
    public static string ShortDay(DateOnly day) => Named(day, DeskWords.Say("ddd d MMM||a day, as .NET formats it"));

    /// <summary><c>7 Feb</c></summary>
    public static string ShortDate(DateOnly day) => Named(day, DeskWords.Say("d MMM||a day, as .NET formats it"));

    /// <summary><c>7 February 2026</c></summary>
    public static string Whole(DateOnly day) => Named(day, DeskWords.Say("d MMMM yyyy||a day, as .NET formats it"));

    /// <summary><c>6 to 8 February 2026</c></summary>
    public static string Days(DateOnly first, DateOnly last) =>
        first == last ? Whole(first)
        : DeskWords.Say("{0} to {1}||days", first.Year != last.Year ? Whole(first) : first.Month != last.Month ? Named(first, DeskWords.Say("d MMMM||a day, as .NET formats it")) : Named(first, DeskWords.Say("%d||a day, as .NET formats it")), Whole(last));

    /// <summary><c>2026-02-07T10:30</c>, what <c>&lt;input type="datetime-local"&gt;</c> takes.</summary>
    public string Input(DateTimeOffset? at, string format = "yyyy-MM-dd'T'HH:mm") => at is { } known ? Local(known).ToString(format, Words) : "";

    /// <summary>A time on the venue's clock. One that does not exist (the hour that summer time skips) is read as an hour later.</summary>
    public DateTimeOffset From(DateTime local)
    {
        var wall = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        if (zone.IsInvalidTime(wall)) wall = wall.AddHours(1);
        return new DateTimeOffset(wall, zone.GetUtcOffset(wall)).ToUniversalTime();
    }

    /// <summary><c>UTC+1</c> at that moment.</summary>
    public string Offset(DateTimeOffset at)
    {
        var offset = zone.GetUtcOffset(at);
        if (offset == TimeSpan.Zero) return "UTC";
        var sign = offset < TimeSpan.Zero ? "−" : "+";
        return offset.Minutes == 0 ? $"UTC{sign}{Math.Abs(offset.Hours)}" : $"UTC{sign}{Math.Abs(offset.Hours)}:{Math.Abs(offset.Minutes):00}";
    }

    /// <summary>A span as a person says it: <c>+47.0 s</c>, <c>+2 min 29.0 s</c>; what is nothing when written has no sign.</summary>
    public static string Signed(long milliseconds)
    {
        var span = Span(Math.Abs(milliseconds));
        return span == Span(0) ? span : (milliseconds < 0 ? "−" : "+") + span;
    }

    /// <summary><c>0.4 s</c>, <c>2 min 29.0 s</c>, <c>3 h 10 min</c>.</summary>
    public static string Span(long milliseconds)
    {
        var seconds = Math.Abs(milliseconds) / 1000.0;
        if (seconds < 60) return $"{seconds.ToString("0.0", Words)} s";
        if (seconds < 3600) return $"{(int)(seconds / 60)} min {(seconds % 60).ToString("0.0", Words)} s";
        return $"{(int)(seconds / 3600)} h {(int)(seconds % 3600 / 60):00} min";
    }

    private static string Named(DateOnly day, string format) => day.ToString(format, DeskWords.Names);
}
