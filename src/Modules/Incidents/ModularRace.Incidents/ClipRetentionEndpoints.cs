using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ModularRace.Incidents.Features.OnServer.Keeping;
using ModularRace.Shared.Access;

namespace ModularRace.Incidents;

/// <summary>How long the cloud keeps the clips of a competition: the rule, what it would take, and what people hold.</summary>
internal static class ClipRetentionEndpoints
{
    public static void MapClipRetention(this IEndpointRouteBuilder api)
    {
        var competition = api.MapGroup("/competitions/{uuid:guid}").WithTags("Clips");

        competition.MapGet("/clip-retention", (Guid uuid, IMediator m, CancellationToken ct) => m.Send(new ReadClipRetention(uuid), ct))
            .RequireAuthorization(Policies.Admin).WithName("ReadClipRetention").WithSummary("When the clips of a competition go by themselves, and how many went")
            .Produces<ClipRetentionView>().ProducesProblem(404);

        competition.MapPut("/clip-retention", (Guid uuid, ClipRetentionBody body, IMediator m, CancellationToken ct) => m.Send(new SetClipRetention(uuid, body.DeleteClipsAfterDays), ct))
            .RequireAuthorization(Policies.Admin).WithName("SetClipRetention").WithSummary("Sets when the clips of a competition go by themselves; null: they stay. Reports always do")
            .Produces<ClipRetentionView>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

        competition.MapGet("/clip-retention/preview", (Guid uuid, int? days, IMediator m, CancellationToken ct) => m.Send(new PreviewClipRetention(uuid, days), ct))
            .RequireAuthorization(Policies.Admin).WithName("PreviewClipRetention").WithSummary("What would go by the rule, or by another number of days, as all stands now; what would stay and why; and when")
            .Produces<ClipRetentionPreview>().ProducesProblem(400).ProducesProblem(404);

        competition.MapGet("/clip-holds", (Guid uuid, IMediator m, CancellationToken ct) => m.Send(new ListClipHolds(uuid), ct))
            .RequireAuthorization(Policies.Jury).WithName("ListClipHolds").WithSummary("The races and incidents whose clips stay, whatever the rule")
            .Produces<ClipHoldList>().ProducesProblem(404);

        competition.MapPost("/clip-holds", async (Guid uuid, HoldClipsBody body, IMediator m, CancellationToken ct) =>
                await m.Send(new HoldClips(uuid, body.RaceUuid, body.IncidentUuid, body.Note), ct) is var held && held.Created
                    ? Results.Created($"/api/v1/clip-holds/{held.Hold.ClientUuid}", held.Hold)
                    : Results.Ok(held.Hold))
            .RequireAuthorization(Policies.Jury).WithName("HoldClips").WithSummary("Holds the clips of a race or of an incident: they stay, whatever the rule")
            .Produces<ClipHoldView>(201).Produces<ClipHoldView>().ProducesProblem(400).ProducesProblem(404);

        api.MapDelete("/clip-holds/{uuid:guid}", (Guid uuid, IMediator m, CancellationToken ct) => m.Send(new LiftClipHold(uuid), ct))
            .WithTags("Clips").RequireAuthorization(Policies.Jury).WithName("LiftClipHold").WithSummary("Lifts a hold: the rule of the competition goes for them again")
            .Produces<ClipHoldView>().ProducesProblem(404);
    }
}
