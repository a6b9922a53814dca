using FluentValidation;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Domain;

/// <summary>The contract's words, and what a value must look like: the same for a request and for a record that came in.</summary>
internal static class ReferenceRules
{
    public const int Url = 2000, LowestBib = 1, HighestBib = 9999, MostAthletes = 4, MostPosition = 100_000, FirstBirthYear = 1900, LastBirthYear = 2100;

    public static readonly IReadOnlyList<string> RaceStatuses = ["scheduled", "in_progress", "completed", "cancelled"];
    public static readonly IReadOnlyList<string> BibStatuses = ["registered", "dns", "dnf", "dsq", "finished"];
    public static readonly IReadOnlyList<string> Genders = ["M", "F", "X"];

    public static string? NationFault(string? value) =>
        value is null || (value.Length == 3 && value.All(char.IsAsciiLetterUpper)) ? null : "It is three capital letters, such as SUI.";

    public static string? TimeZoneFault(string? value) =>
        value is null || (value.Length <= 100 && TimeZoneInfo.TryFindSystemTimeZoneById(value, out var zone) && zone.HasIanaId)
            ? null
            : "It is an IANA time zone, such as Europe/Rome.";

    public static string? PageFault(string? value) => UrlFault(value, "http", "https");

    /// <summary>How many athletes one bib may have: a team is one bib.</summary>
    public static int AthletesPerBib(string discipline) => discipline is Disciplines.Team or Disciplines.MixedRelay ? MostAthletes : 1;

    /// <summary>A rule made of one of the functions above.</summary>
    public static IRuleBuilderOptionsConditions<T, string?> Passes<T>(this IRuleBuilder<T, string?> rule, Func<string?, string?> fault) =>
        rule.Custom((value, context) =>
        {
            if (fault(value) is { } message) context.AddFailure(message);
        });

    /// <summary>The same for a field of a record that came in.</summary>
    public static string? Passing(this RecordReader reader, string field, string? value, Func<string?, string?> fault) =>
        fault(value) is { } message ? reader.Fail<string>(field, message) : value;

    /// <summary>A rule for an identity that the caller chose: any but the nil one.</summary>
    public static IRuleBuilderOptionsConditions<T, Guid?> IsIdentity<T>(this IRuleBuilder<T, Guid?> rule) =>
        rule.Custom((value, context) =>
        {
            if (value == Guid.Empty) context.AddFailure("It is a UUID, and not the nil one.");
        });

    /// <summary>A rule for a whole number; null passes.</summary>
    public static IRuleBuilderOptionsConditions<T, int?> IsFrom<T>(this IRuleBuilder<T, int?> rule, int least, int most) =>
        rule.Custom((value, context) =>
        {
            if (value < least || value > most) context.AddFailure($"It is a whole number from {least} to {most}.");
        });

    // An address ends up in a link: no javascript: and the like.
    private static string? UrlFault(string? value, params ReadOnlySpan<string> schemes) =>
        value is null || (Uri.TryCreate(value, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme))
            ? null
            : $"It is a whole address that begins with {schemes[0]}:// or {schemes[1]}://.";
}
