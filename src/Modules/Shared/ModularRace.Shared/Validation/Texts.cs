using FluentValidation;

namespace ModularRace.Shared.Validation;

/// <summary>What text the contract takes: control characters other than newline and tab are refused, all other Unicode is kept to the letter.</summary>
public static class Texts
{
    /// <summary>Longest name, in characters (Unicode scalar values).</summary>
    public const int Name = 200;

    /// <summary>Longest description or note, in characters.</summary>
    public const int Note = 4000;

    /// <summary>What is wrong with a text, for a person; null when nothing is.</summary>
    public static string? Fault(string? text, int longest)
    {
        if (text is null) return null;
        var length = 0;
        for (var i = 0; i < text.Length; i++, length++)
        {
            if (char.IsControl(text[i]) && text[i] is not ('\n' or '\t')) return "It holds a control character.";
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return "It is not valid Unicode.";
            i++;
        }

        return length > longest ? $"It has {length} characters; at most {longest} are allowed." : null;
    }

    /// <summary>A rule for a request's text.</summary>
    public static IRuleBuilderOptionsConditions<T, string?> IsText<T>(this IRuleBuilder<T, string?> rule, int longest) =>
        rule.Custom((text, context) =>
        {
            if (Fault(text, longest) is { } fault) context.AddFailure(fault);
        });

    /// <summary>A rule for a request's text that must be there.</summary>
    public static IRuleBuilderOptionsConditions<T, string?> IsRequiredText<T>(this IRuleBuilder<T, string?> rule, int longest) =>
        rule.Custom((text, context) =>
        {
            if (string.IsNullOrWhiteSpace(text)) context.AddFailure("It is required.");
            else if (Fault(text, longest) is { } fault) context.AddFailure(fault);
        });

    /// <summary>A rule for one of a few words; null passes.</summary>
    public static IRuleBuilderOptionsConditions<T, string?> IsOneOf<T>(this IRuleBuilder<T, string?> rule, IReadOnlyList<string> allowed) =>
        rule.Custom((text, context) =>
        {
            if (text is not null && !allowed.Contains(text, StringComparer.Ordinal)) context.AddFailure($"It is one of {string.Join(", ", allowed)}.");
        });
}
