using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;
using Npgsql;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Host.Http;

/// <summary>
/// Every error is told as the contract has it: <c>application/problem+json</c> with a stable code, and nothing of the inside.
/// People who look at a page get a page.
/// </summary>
internal sealed partial class ProblemAnswers(ILogger<ProblemAnswers> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // Whoever asked has gone: there is nobody to tell.
        if (exception is OperationCanceledException or IOException or BadHttpRequestException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = Explain(exception);
        if (problem.Status == StatusCodes.Status500InternalServerError)
            logger.LogError(exception, "{Method} {Path} failed", httpContext.Request.Method, httpContext.Request.Path);
        else if (problem.Status == StatusCodes.Status503ServiceUnavailable)
            logger.LogWarning("{Method} {Path}: {Reason}", httpContext.Request.Method, httpContext.Request.Path, exception.GetBaseException().Message);
        await WriteAsync(httpContext, problem);
        return true;
    }

    private static readonly string[] Required = ["It is required."];

    /// <summary>For answers that have a status and nothing else: routes that do not exist, methods that a route does not have.</summary>
    public static Task WriteBareStatusAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        var problem = http.Response.StatusCode switch
        {
            400 => Problem.Validation("body", "It cannot be read."),
            401 => new Problem(401, "unauthenticated", "Sign in first."),
            403 => new Problem(403, "forbidden", "That is not allowed."),
            404 => new Problem(404, "not_found", "There is nothing here."),
            405 => new Problem(405, "method_not_allowed", "This address does not take that method."),
            413 => TooLarge(),
            415 => new Problem(415, "unsupported_media_type", "The body has a type that is not taken here."),
            429 => new Problem(429, "too_many_attempts", "Too many requests."),
            499 => null,
            var other => new Problem(other, other >= 500 ? "internal_error" : "request_refused", ReasonOf(other)),
        };
        return problem is null ? Task.CompletedTask : WriteAsync(http, problem);
    }

    public static Problem TooLarge() => new(413, "payload_too_large", "The body is larger than is taken here.");

    private static async Task WriteAsync(HttpContext context, Problem problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (context.IsPage())
        {
            // An exception leaves the language of the request behind.
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(PageLanguage.Of(context.Request));
            response.ContentType = "text/html; charset=utf-8";
            if (!HttpMethods.IsHead(context.Request.Method)) await response.WriteAsync(Html(problem), CancellationToken.None);
            return;
        }

        var body = new JsonObject
        {
            ["title"] = problem.Message,
            ["status"] = problem.Status,
            ["code"] = problem.Code,
            ["trace_id"] = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier,
        };
        if (problem.Errors is not null) body["errors"] = JsonSerializer.SerializeToNode(problem.Errors, ApiJson.Options);
        foreach (var (name, value) in problem.Extensions ?? new Dictionary<string, object?>(StringComparer.Ordinal))
            body[name] = JsonSerializer.SerializeToNode(value, ApiJson.Options);
        response.ContentType = "application/problem+json";
        if (!HttpMethods.IsHead(context.Request.Method)) await response.WriteAsync(body.ToJsonString(ApiJson.Options), CancellationToken.None);
    }

    private static string Html(Problem problem) =>
        $"""
         <!DOCTYPE html>
         <html lang="{Language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Called(problem.Status)} · ModularRace</title>
         <link rel="stylesheet" href="/css/tokens.css"><link rel="stylesheet" href="/css/desk.css"></head>
         <body><main class="problem"><h1>{Called(problem.Status)}</h1><p>{WebUtility.HtmlEncode(Words(problem))}</p><p><a href="/">{Say("Back to the beginning")}</a></p></main></body></html>
         """;

    private static string Called(int status) => Say(status switch
    {
        400 => "Bad Request",
        401 => "Sign in first",
        403 => "Not allowed",
        404 => "Not found",
        405 => "Method Not Allowed",
        409 => "Conflict||of requests",
        410 => "Gone",
        412 => "Precondition Failed",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        429 => "Too many attempts",
        503 => "The database is away",
        >= 500 => "Something went wrong",
        _ => ReasonOf(status),
    });

    /// <summary>What is not there is named in English alone.</summary>
    private static string Words(Problem problem) =>
        problem.Errors is { } errors ? string.Join(' ', errors.SelectMany(e => e.Value).Take(3).Select(SayKept))
        : problem.Status == 404 && Language != PageLanguages.Usual ? Say("There is nothing here.")
        : SayKept(problem.Message);

    private static string ReasonOf(int status) => status switch
    {
        401 => "Sign in first",
        403 => "Not allowed",
        404 => "Not found",
        429 => "Too many attempts",
        503 => "The database is away",
        >= 500 => "Something went wrong",
        _ => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } reason ? reason : "Not possible",
    };

    private static Problem Explain(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case Problem problem:
                    return problem;
                case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                    return TooLarge();
                case BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType }:
                    return new Problem(415, "unsupported_media_type", "The body has a type that is not taken here; JSON is application/json.");
                case BadHttpRequestException { InnerException: JsonException json }:
                    return Explain(json);
                case BadHttpRequestException bad:
                    return Explain(bad);
                case JsonException json when ReferenceEquals(e, exception):
                    return new Problem(500, "internal_error", "Something went wrong on our side.");
                case InvalidDataException or InvalidOperationException when e.Source?.StartsWith("System.IO.Compression", StringComparison.Ordinal) == true:
                    return Problem.Validation("body", "It is not what its Content-Encoding says.");
                case PostgresException postgres when IsAway(postgres):
                case NpgsqlException and not PostgresException:
                    return new Problem(503, "database_unavailable", "The database is away. Try again shortly: what was saved already is not saved twice.") { RetryAfter = TimeSpan.FromSeconds(5) };
            }
        }

        return new Problem(500, "internal_error", "Something went wrong on our side.");
    }

    /// <summary>No connection to be had or one that was ended (FATAL: too many, shutting down, starting up), or read-only after a failover.</summary>
    private static bool IsAway(PostgresException e) => e.InvariantSeverity is "FATAL" or "PANIC" || string.Equals(e.SqlState, PostgresErrorCodes.ReadOnlySqlTransaction, StringComparison.Ordinal);

    /// <summary>A body that JSON or its types refuse; the field is named as on the wire, the types of the inside are not.</summary>
    private static Problem Explain(JsonException json)
    {
        if (json.Message.Contains("missing required properties", StringComparison.Ordinal))
            return Problem.Validation(Quoted().Matches(json.Message).Skip(1).ToDictionary(m => m.Groups["name"].Value, _ => Required, StringComparer.Ordinal));
        var path = json.Path is { Length: > 2 } p && p.StartsWith("$.", StringComparison.Ordinal) ? p[2..] : null;
        var message = json.InnerException is null && !json.Message.Contains("System.", StringComparison.Ordinal) && !json.Message.Contains("ModularRace", StringComparison.Ordinal)
            ? Position().Replace(json.Message, string.Empty)
            : "It has the wrong type.";
        return Problem.Validation(path ?? "body", path is null ? "It is not the JSON that is expected here." : message);
    }

    private static Problem Explain(BadHttpRequestException bad)
    {
        var match = Parameter().Match(bad.Message);
        return match.Success
            ? Problem.Validation(SnakeCase.Name(match.Groups["name"].Value), bad.Message.StartsWith("Required", StringComparison.Ordinal) ? "It is required." : "It has the wrong type.")
            : bad.StatusCode is > 400 and < 500 ? new Problem(bad.StatusCode, "request_refused", "The request cannot be read.") : Problem.Validation("body", "It cannot be read.");
    }

    [GeneratedRegex("'(?<name>[^']+)'", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(" Path: .*| LineNumber: .*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Position();

    [GeneratedRegex("^(Failed to bind|Required) parameter \"([^\"]* )?(?<name>[A-Za-z0-9_]+)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();
}
