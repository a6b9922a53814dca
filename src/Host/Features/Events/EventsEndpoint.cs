using MediatR;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using ModularRace.Competitions.Contracts;
using ModularRace.Host.Access;
using ModularRace.Shared.Access;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Features.Events;

/// <summary>What happens in a competition, as it happens: an open answer of server-sent events.</summary>
internal static class EventsEndpoint
{
    /// <summary>Within it a proxy hears something, who left is noticed, and a right that was taken away ends the stream.</summary>
    private static readonly TimeSpan Pulse = TimeSpan.FromSeconds(15);

    public static void MapEvents(this IEndpointRouteBuilder api) =>
        api.MapGet("/competitions/{uuid:guid}/events", WatchAsync)
            .RequireAuthorization(Policies.SignedIn).WithTags("Events").WithName("WatchCompetition")
            .WithSummary("What happens in a competition, as server-sent events")
            .WithDescription(
                "Events: incident_changed, report_added, clip_ready, conflict_raised, conflict_resolved, device_changed. Each names what to read anew, by UUIDs. "
                + "Last-Event-ID resumes; where that is too old one resync comes instead of what was missed. A viewer hears of official incidents only.")
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream")
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task WatchAsync(Guid uuid, HttpContext context, IMediator mediator, ICurrentActor current, LiveFeed feed)
    {
        var cancellation = context.RequestAborted;
        if ((await mediator.Send(new FindCompetitions([uuid]), cancellation)).Count == 0) throw Problem.NotFound("competition");
        if (!current.Actor.Sees(uuid)) throw Problem.Forbidden("Your role is not on this competition.");
        var watched = await WatchedAsync(uuid, mediator, cancellation);

        var after = context.Request.Headers["Last-Event-ID"];
        using var watch = await feed.WatchAsync(StringValues.IsNullOrEmpty(after) ? null : after.ToString(), cancellation);
        var official = current.Actor.SeesOfficialOnly(uuid);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // a proxy in front would keep events until it has a page full
        // The place to resume at is told before anything has happened.
        await response.WriteAsync(watch.Last is { } last ? $"retry: 2000\nid: {last}\n\n" : "retry: 2000\n\n", cancellation);
        await response.Body.FlushAsync(cancellation);

        await foreach (var live in watch.ReadAsync(Pulse, cancellation))
        {
            if (live is null)
            {
                if (await AgainAsync(context, uuid) is not { } now) return;
                (official, watched) = now;
                await response.WriteAsync(": here\n\n", cancellation);
            }
            else if ((live.CompetitionUuid is null || watched.Contains(live.CompetitionUuid.Value)) && (live.Official || !official))
            {
                await response.WriteAsync($"event: {live.Name}\nid: {live.Id}\ndata: {live.Data.ToJsonString(ApiJson.Options)}\n\n", cancellation);
            }
            else
            {
                continue;
            }

            await response.Body.FlushAsync(cancellation);
        }
    }

    /// <summary>Records name the competition that they were made in: those that were merged into this one are part of it.</summary>
    private static async Task<HashSet<Guid>> WatchedAsync(Guid competition, IMediator mediator, CancellationToken cancellationToken)
    {
        var merged = await mediator.Send(new FindMergedCompetitions(), cancellationToken);
        var stands = merged.GetValueOrDefault(competition, competition);
        return [competition, stands, .. merged.Where(m => m.Value == stands).Select(m => m.Key)];
    }

    /// <summary>R15: what holds now for who looks on, and what is merged by now; null: there is no right to it any more.</summary>
    private static async Task<(bool Official, HashSet<Guid> Watched)?> AgainAsync(HttpContext context, Guid competition)
    {
        await using var scope = context.RequestServices.GetRequiredService<IServiceScopeFactory>().CreateAsyncScope();
        var user = await scope.ServiceProvider.GetRequiredService<SessionReader>().AgainAsync(context, context.RequestAborted);
        return user?.ToActor() is { } actor && actor.Sees(competition)
            ? (actor.SeesOfficialOnly(competition), await WatchedAsync(competition, scope.ServiceProvider.GetRequiredService<IMediator>(), context.RequestAborted))
            : null;
    }
}
