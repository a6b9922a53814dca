using FluentValidation;
using Microsoft.AspNetCore.Identity;
using ModularRace.Host.Identity;

namespace ModularRace.Host.Features.People;

internal static class Passwords
{
    /// <summary>As sign-in takes it; how short it may be is said by Identity's own rules.</summary>
    private const int Longest = 1000;

    public static IRuleBuilderOptionsConditions<T, string?> IsPassword<T>(this IRuleBuilder<T, string?> rule) => rule.Custom((text, context) =>
    {
        if (string.IsNullOrEmpty(text)) context.AddFailure("It is required.");
        else if (text.Length > Longest) context.AddFailure("It is too long.");
    });

    /// <exception cref="Shared.Problems.Problem">400: it is too short.</exception>
    public static async Task SetAsync(UserManager<Person> people, Person person, string password)
    {
        (await people.RemovePasswordAsync(person)).Check();
        (await people.AddPasswordAsync(person, password)).Check();
    }
}
