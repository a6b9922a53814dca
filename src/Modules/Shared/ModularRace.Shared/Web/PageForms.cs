using MediatR;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;

namespace ModularRace.Shared.Web;

/// <summary>What became of a form's message.</summary>
/// <param name="Ok">It was carried out; else what is wrong stands in the page's ModelState, beside the fields.</param>
/// <param name="Result">The message's answer, where it was carried out.</param>
/// <param name="Code">The <see cref="Problem.Code"/> where the message refused; null: it was carried out, or never sent.</param>
public readonly record struct Sent<T>(bool Ok, T? Result, string? Code = null);

/// <summary>A page sends the same message as the endpoint; what the message refuses is shown beside the field.</summary>
public static class PageForms
{
    /// <summary>
    /// Sends the message of a form. A <see cref="Problem"/> that a person can mend goes into ModelState: under the form's field
    /// of that name (<c>start_date</c> is <c>Form.StartDate</c>), else above the form. What is not there (404) and what
    /// is broken (5xx) goes on to the host.
    /// </summary>
    public static async Task<Sent<T>> TrySendAsync<T>(this PageModel page, IMediator mediator, IRequest<T> message)
    {
        if (!page.ModelState.IsValid) return default;
        try
        {
            return new Sent<T>(true, await mediator.Send(message, page.HttpContext.RequestAborted));
        }
        catch (Problem problem) when (problem.Status < 500 && problem.Status is not (401 or 404))
        {
            var fields = page.Request.Form.Keys.ToLookup(k => SnakeCase.Name(k[(k.LastIndexOf('.') + 1)..]), StringComparer.Ordinal);
            foreach (var (field, messages) in problem.Errors ?? new Dictionary<string, string[]>(StringComparer.Ordinal) { [""] = [problem.Message] })
                foreach (var text in messages)
                {
                    if (fields[Leaf(field)].FirstOrDefault() is { } key) page.ModelState.AddModelError(key, DeskWords.SayKept(text));
                    else page.ModelState.AddModelError("", field.Length == 0 ? DeskWords.SayKept(text) : $"{field.Replace('_', ' ')}: {DeskWords.SayKept(text)}");
                }

            // What is wrong can be mended on the page; what is not allowed is no page that was answered well, whoever asks.
            if (problem.Status == 403) page.Response.StatusCode = problem.Status;
            return new Sent<T>(false, default, problem.Code);
        }
    }

    /// <summary>A text as it was typed: browsers send CRLF from a textarea, the contract keeps LF; nothing typed is null.</summary>
    public static string? Typed(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null : text.ReplaceLineEndings("\n").Trim();

    private static string Leaf(string path) => path[(path.LastIndexOf('.') + 1)..];
}
