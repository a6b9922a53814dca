using System.Text.Json;
using System.Text.Json.Nodes;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Features.Deciding;
using ModularRace.Incidents.Features.Editing;
using ModularRace.Incidents.Features.Exporting;
using ModularRace.Incidents.Features.Reading;
using ModularRace.Incidents.Features.Reporting;
using ModularRace.Shared.Access;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Incidents;

/// <summary>Verb, path, policy, message. Which competition the role must be held on is the handler's to check.</summary>
internal static class IncidentsEndpoints
{
    public static void MapIncidents(this IEndpointRouteBuilder api)
    {
        var incidents = api.MapGroup("").WithTags("Incidents");

        incidents.MapPost("/incidents", async (ReportIncident message, IMediator mediator, CancellationToken ct) =>
                await mediator.Send(message, ct) is var result && result.Created
                    ? Results.Created($"/api/v1/incidents/{result.Answer.Incident.ClientUuid}", result.Answer)
                    : Results.Ok(result.Answer))
            .RequireAuthorization(Policies.Report).WithName("ReportIncident").WithSummary("Report what was seen: a new incident with its first report")
            .Produces<ReportedIncident>(StatusCodes.Status201Created).Produces<ReportedIncident>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);

        incidents.MapGet("/races/{raceUuid:guid}/incidents", (
                Guid raceUuid, string? status, string? decision, [FromQuery(Name = "bib_number")] int? bibNumber, [FromQuery(Name = "race_location_uuid")] Guid? raceLocationUuid,
                string? origin, string? clip, int? limit, string? cursor, IMediator mediator, CancellationToken ct) =>
                mediator.Send(new ListIncidents(raceUuid, status, decision, bibNumber, raceLocationUuid, limit, cursor, origin, clip), ct))
            .RequireAuthorization(Policies.SignedIn).WithName("ListIncidents").WithSummary("The incidents of a race that stand, newest first")
            .Produces<Page<IncidentView>>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

        incidents.MapGet("/races/{raceUuid:guid}/incidents/tally", (Guid raceUuid, IMediator mediator, CancellationToken ct) => mediator.Send(new TallyIncidents(raceUuid), ct))
            .RequireAuthorization(Policies.Report).WithName("TallyIncidents").WithSummary("How many incidents stand, and for each bib how often it was reported and when last")
            .Produces<RaceTally>().ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);

        incidents.MapGet("/incidents/{uuid:guid}", (Guid uuid, IMediator mediator, CancellationToken ct) => mediator.Send(new ReadIncident(uuid), ct))
            .RequireAuthorization(Policies.SignedIn).WithName("ReadIncident").WithSummary("An incident with its reports; an alias answers the one that stands")
            .Produces<IncidentView>().ProducesProblem(StatusCodes.Status404NotFound);

        incidents.MapPatch("/incidents/{uuid:guid}", (
                Guid uuid, JsonObject patch, [FromHeader(Name = "If-Match")] string? ifMatch, IMediator mediator, CancellationToken ct) =>
                mediator.Send(new EditIncident(uuid, patch, ifMatch), ct))
            .RequireAuthorization(Policies.Report).WithName("EditIncident").WithSummary("Correct an incident (JSON merge patch)")
            .Produces<IncidentView>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);

        incidents.MapPatch("/reports/{uuid:guid}", (
                Guid uuid, JsonObject patch, [FromHeader(Name = "If-Match")] string? ifMatch, IMediator mediator, CancellationToken ct) =>
                mediator.Send(new EditReport(uuid, patch, ifMatch), ct))
            .RequireAuthorization(Policies.Report).WithName("EditReport").WithSummary("Correct a report (JSON merge patch)")
            .Produces<ReportView>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);

        incidents.MapPost("/incidents/{uuid:guid}/reports", async (Guid uuid, AddReport message, IMediator mediator, CancellationToken ct) =>
                await mediator.Send(message with { IncidentUuid = uuid }, ct) is var result && result.Created
                    ? Results.Created($"/api/v1/incidents/{result.Report.IncidentUuid}", result.Report)
                    : Results.Ok(result.Report))
            .RequireAuthorization(Policies.Report).WithName("AddReport").WithSummary("Another report of a known incident")
            .Produces<ReportView>(StatusCodes.Status201Created).Produces<ReportView>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

        incidents.MapPost("/reports/{uuid:guid}/withdraw", (Guid uuid, WithdrawReport? message, IMediator mediator, CancellationToken ct) =>
                mediator.Send((message ?? new WithdrawReport()) with { ReportUuid = uuid }, ct))
            .RequireAuthorization(Policies.Report).WithName("WithdrawReport").WithSummary("Take a report back; it stays in the history")
            .Produces<ReportView>().ProducesProblem(StatusCodes.Status404NotFound);

        incidents.MapPost("/incidents/{uuid:guid}/officialize", (Guid uuid, IMediator mediator, CancellationToken ct) => mediator.Send(new OfficializeIncident(uuid), ct))
            .RequireAuthorization(Policies.Report).WithName("OfficializeIncident").WithSummary("Unofficial to official")
            .Produces<IncidentView>().ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);

        incidents.MapPost("/incidents/{uuid:guid}/decision", (Guid uuid, DecideIncident message, IMediator mediator, CancellationToken ct) =>
                mediator.Send(message with { IncidentUuid = uuid }, ct))
            .RequireAuthorization(Policies.Report).WithName("DecideIncident").WithSummary("Decide on an official incident, change the decision or reopen it")
            .Produces<IncidentView>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

        incidents.MapGet("/competitions/{uuid:guid}/export", async (Guid uuid, string? format, IMediator mediator, CancellationToken ct) =>
            {
                var export = await mediator.Send(new ExportIncidents(uuid, format), ct);
                var name = $"{export.Competition.Name} {export.Competition.StartDate:yyyy-MM-dd}";
                return format == ExportIncidents.Csv
                    ? Results.Stream(to => IncidentsCsv.WriteAsync(export, to, ct), "text/csv; charset=utf-8", $"{name}.csv")
                    : Results.Stream(to => JsonSerializer.SerializeAsync(to, export, ApiJson.Options, ct), "application/json; charset=utf-8", $"{name}.json");
            })
            .RequireAuthorization(Policies.SignedIn).WithName("ExportIncidents").WithSummary("Every incident of a competition with its reports and decision, as JSON or for a spreadsheet")
            .Produces<CompetitionExport>(StatusCodes.Status200OK, "application/json", "text/csv").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

        incidents.MapGet("/incidents/{uuid:guid}/history", (Guid uuid, IMediator mediator, CancellationToken ct) => mediator.Send(new ReadHistory(uuid), ct))
            .RequireAuthorization(Policies.SignedIn).WithName("ReadHistory").WithSummary("Every change of an incident and its reports, with both clocks")
            .Produces<Page<HistoryView>>().ProducesProblem(StatusCodes.Status404NotFound);
    }
}
