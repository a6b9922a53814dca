using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ModularRace.Competitions.Domain;
using ModularRace.Competitions.Features.Catalogues;
using ModularRace.Competitions.Features.Competitions;
using ModularRace.Competitions.Features.Erasing;
using ModularRace.Competitions.Features.Locations;
using ModularRace.Competitions.Features.Merging;
using ModularRace.Competitions.Features.Races;
using ModularRace.Competitions.Features.StartLists;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;

namespace ModularRace.Competitions;

/// <summary>Every route of the module: verb, path, policy, message.</summary>
internal static class CompetitionsEndpoints
{
    public static void MapCompetitions(this IEndpointRouteBuilder api)
    {
        var competitions = api.MapGroup("/competitions").WithTags("Competitions");

        competitions.MapGet("", (int? limit, string? cursor, IMediator m, CancellationToken ct) => m.Send(new ListCompetitions(new PageRequest(limit, cursor)), ct))
            .RequireAuthorization(Policies.SignedIn).WithName("ListCompetitions").WithSummary("The competitions that you may see, latest first");

        competitions.MapPost("", async (CreateCompetition body, HttpResponse http, IMediator m, CancellationToken ct) =>
                Made(http, await m.Send(body, ct), c => ($"/api/v1/competitions/{c.ClientUuid}", c.Revision)))
            .RequireAuthorization(Policies.ReferenceData).WithName("CreateCompetition").WithSummary("Makes a competition")
            .Makes<CompetitionView>();

        competitions.MapGet("/{uuid:guid}", async (Guid uuid, HttpResponse http, IMediator m, CancellationToken ct) =>
                Tagged(http, await m.Send(new ReadCompetition(uuid), ct), c => c.Revision))
            .RequireAuthorization(Policies.SignedIn).WithName("ReadCompetition").WithSummary("One competition")
            .Produces<CompetitionView>().ProducesProblem(404);

        competitions.MapPut("/{uuid:guid}", async (Guid uuid, ChangeCompetition body, HttpRequest request, HttpResponse http, IMediator m, CancellationToken ct) =>
                Tagged(http, await m.Send(body with { CompetitionUuid = uuid, IfMatch = IfMatch(request) }, ct), c => c.Revision))
            .RequireAuthorization(Policies.ReferenceData).WithName("ChangeCompetition").WithSummary("Sets a competition, whole")
            .Sets<CompetitionView>();

        competitions.MapGet("/{uuid:guid}/races", (Guid uuid, int? limit, string? cursor, IMediator m, CancellationToken ct) =>
                m.Send(new ListRaces(uuid, new PageRequest(limit, cursor)), ct))
            .RequireAuthorization(Policies.SignedIn).WithName("ListRaces").WithSummary("The races of a competition").ProducesProblem(404);

        competitions.MapPost("/{uuid:guid}/races", async (Guid uuid, CreateRace body, HttpResponse http, IMediator m, CancellationToken ct) =>
                Made(http, await m.Send(body with { CompetitionUuid = uuid }, ct), r => ($"/api/v1/races/{r.ClientUuid}", r.Revision)))
            .RequireAuthorization(Policies.ReferenceData).WithName("CreateRace").WithSummary("Makes a race with its discipline's usual locations")
            .Makes<RaceView>();

        MapCatalogue(competitions, "penalties", CatalogueKind.Penalties);
        MapCatalogue(competitions, "phrases", CatalogueKind.Phrases);

        var races = api.MapGroup("/races/{uuid:guid}").WithTags("Races");

        races.MapGet("", async (Guid uuid, HttpResponse http, IMediator m, CancellationToken ct) => Tagged(http, await m.Send(new ReadRace(uuid), ct), r => r.Revision))
            .RequireAuthorization(Policies.SignedIn).WithName("ReadRace").WithSummary("One race")
            .Produces<RaceView>().ProducesProblem(404);

        races.MapPut("", async (Guid uuid, ChangeRace body, HttpRequest request, HttpResponse http, IMediator m, CancellationToken ct) =>
                Tagged(http, await m.Send(body with { RaceUuid = uuid, IfMatch = IfMatch(request) }, ct), r => r.Revision))
            .RequireAuthorization(Policies.ReferenceData).WithName("ChangeRace").WithSummary("Sets a race, whole")
            .Sets<RaceView>();

        races.MapGet("/locations", (Guid uuid, int? limit, string? cursor, IMediator m, CancellationToken ct) =>
                m.Send(new ListLocations(uuid, new PageRequest(limit, cursor)), ct))
            .RequireAuthorization(Policies.SignedIn).WithName("ListLocations").WithSummary("The locations of a race in course order").ProducesProblem(404);

        races.MapPost("/locations", async (Guid uuid, CreateLocation body, HttpResponse http, IMediator m, CancellationToken ct) =>
                Made(http, await m.Send(body with { RaceUuid = uuid }, ct), l => ($"/api/v1/locations/{l.ClientUuid}", l.Revision)))
            .RequireAuthorization(Policies.ReferenceData).WithName("CreateLocation").WithSummary("Makes a location; without a position it comes last")
            .Makes<LocationView>();

        races.MapGet("/start-list", (Guid uuid, int? limit, string? cursor, IMediator m, CancellationToken ct) =>
                m.Send(new ListStartList(uuid, new PageRequest(limit, cursor)), ct))
            .RequireAuthorization(Policies.SignedIn).WithName("ReadStartList").WithSummary("The start list by bib").ProducesProblem(404);

        races.MapPost("/start-list", async (Guid uuid, string? mode, bool? preview, HttpRequest request, IMediator m, CancellationToken ct) =>
                await m.Send(new ImportStartList(
                    uuid, await RequestBodies.ReadCsvAsync(request, ImportStartList.LargestFile, "invalid_start_list", ct), mode, preview ?? false), ct))
            .RequireAuthorization(Policies.ReferenceData).WithName("ImportStartList").WithSummary("Takes a start list file, whole or not at all")
            .WithMetadata(new RequestSizeLimitAttribute(ImportStartList.LargestFile))
            .Accepts<string>("text/csv").ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415);

        races.MapPost("/start-list/copy", (Guid uuid, CopyStartListBody body, IMediator m, CancellationToken ct) =>
                m.Send(new CopyStartList(uuid, body.FromRaceUuid ?? Guid.Empty, body.Bibs), ct))
            .RequireAuthorization(Policies.ReferenceData).WithName("CopyStartList").WithSummary("Bibs of one race into another, such as from a qualification to a final")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

        races.MapPost("/start-list/bibs", (Guid uuid, PutBibs body, IMediator m, CancellationToken ct) => m.Send(body with { RaceUuid = uuid }, ct))
            .RequireAuthorization(Policies.ReferenceData).WithName("PutBibs").WithSummary("Bibs by their numbers alone, such as 1 to 75; those on the list stay as they are")
            .Produces<StartListChanges>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

        races.MapDelete("/start-list/bibs", (Guid uuid, int? first, int? last, IMediator m, CancellationToken ct) => m.Send(new RemoveBibs(uuid, first, last), ct))
            .RequireAuthorization(Policies.ReferenceData).WithName("RemoveBibs").WithSummary("Takes bibs off the start list; where one has incidents, all stay")
            .Produces<StartListChanges>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

        races.MapPut("/start-list/{bib:int}", async (Guid uuid, int bib, PutBib body, HttpRequest request, HttpResponse http, IMediator m, CancellationToken ct) =>
                Tagged(http, await m.Send(body with { RaceUuid = uuid, Bib = bib, IfMatch = IfMatch(request) }, ct), b => b.Revision))
            .RequireAuthorization(Policies.ReferenceData).WithName("PutBib").WithSummary("Sets one bib of a start list, whole")
            .Sets<BibView>();

        races.MapDelete("/start-list/{bib:int}", (Guid uuid, int bib, HttpRequest request, IMediator m, CancellationToken ct) =>
                m.Send(new RemoveBib(uuid, bib, IfMatch(request)), ct))
            .RequireAuthorization(Policies.ReferenceData).WithName("RemoveBib").WithSummary("Takes a bib off the start list; one with incidents stays")
            .Produces<BibView>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);

        var locations = api.MapGroup("/locations/{uuid:guid}").WithTags("Races");

        locations.MapPut("", async (Guid uuid, ChangeLocation body, HttpRequest request, HttpResponse http, IMediator m, CancellationToken ct) =>
                Tagged(http, await m.Send(body with { LocationUuid = uuid, IfMatch = IfMatch(request) }, ct), l => l.Revision))
            .RequireAuthorization(Policies.ReferenceData).WithName("ChangeLocation").WithSummary("Sets a location, whole")
            .Sets<LocationView>();

        locations.MapDelete("", (Guid uuid, HttpRequest request, IMediator m, CancellationToken ct) => m.Send(new DeleteLocation(uuid, IfMatch(request)), ct))
            .RequireAuthorization(Policies.ReferenceData).WithName("DeleteLocation").WithSummary("Deletes a location; one that an incident names stays")
            .Produces<LocationView>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);
    }

    /// <summary>Two that are the same: on the cloud only.</summary>
    public static void MapMerging(this IEndpointRouteBuilder api)
    {
        var merging = api.MapGroup("").WithTags("Competitions");

        merging.MapPost("/competitions/{uuid:guid}/merge", (Guid uuid, bool? preview, ReferenceMergeBody body, IMediator m, CancellationToken ct) =>
                m.Send(new MergeCompetitions(uuid, body.IntoUuid, preview == true || body.Preview == true), ct))
            .RequireAuthorization(Policies.Admin).WithName("MergeCompetitions").WithSummary("Makes one of two competitions; races of the same name meet, and the duplicate rule runs anew")
            .Produces<ReferenceMergeView>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

        merging.MapDelete("/competitions/{uuid:guid}/merge", (Guid uuid, IMediator m, CancellationToken ct) => m.Send(new UndoCompetitionMerge(uuid), ct))
            .RequireAuthorization(Policies.Admin).WithName("UndoCompetitionMerge").WithSummary("Makes two competitions of the one again")
            .Produces<CompetitionView>().ProducesProblem(404).ProducesProblem(409);

        merging.MapPost("/races/{uuid:guid}/merge", (Guid uuid, bool? preview, ReferenceMergeBody body, IMediator m, CancellationToken ct) =>
                m.Send(new MergeRaces(uuid, body.IntoUuid, body.Locations, preview == true || body.Preview == true), ct))
            .RequireAuthorization(Policies.Admin).WithName("MergeRaces").WithSummary("Makes one of two races; locations meet by name or as said, and the duplicate rule runs anew")
            .Produces<ReferenceMergeView>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

        merging.MapDelete("/races/{uuid:guid}/merge", (Guid uuid, IMediator m, CancellationToken ct) => m.Send(new UndoRaceMerge(uuid), ct))
            .RequireAuthorization(Policies.Admin).WithName("UndoRaceMerge").WithSummary("Makes two races of the one again")
            .Produces<RaceView>().ProducesProblem(404).ProducesProblem(409);
    }

    /// <summary>Names of people, when a season is over: on the cloud only.</summary>
    public static void MapErasing(this IEndpointRouteBuilder api)
    {
        var erasing = api.MapGroup("/competitions/{uuid:guid}").WithTags("Competitions");

        erasing.MapPost("/erasure", (Guid uuid, bool? preview, ErasureBody body, IMediator m, CancellationToken ct) =>
                m.Send(new EraseNames(uuid, body.AthleteUuid, body.Name, body.Confirm, preview ?? false), ct))
            .RequireAuthorization(Policies.Admin).WithName("EraseNames").WithSummary("Takes names out of a competition that is over: everybody's, an athlete's or a signatory's; preview=true says what would go")
            .Produces<ErasureView>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

        erasing.MapGet("/erasures", (Guid uuid, int? limit, string? cursor, IMediator m, CancellationToken ct) => m.Send(new ListErasures(uuid, new PageRequest(limit, cursor)), ct))
            .RequireAuthorization(Policies.Admin).WithName("ListErasures").WithSummary("Who erased names in a competition, when and whose in words; never which")
            .ProducesProblem(404);

        erasing.MapGet("/retention", (Guid uuid, IMediator m, CancellationToken ct) => m.Send(new ReadRetention(uuid), ct))
            .RequireAuthorization(Policies.Admin).WithName("ReadRetention").WithSummary("When the names of a competition go by themselves")
            .Produces<RetentionView>().ProducesProblem(404);

        erasing.MapPut("/retention", (Guid uuid, RetentionBody body, IMediator m, CancellationToken ct) => m.Send(new SetRetention(uuid, body.EraseNamesAfterDays), ct))
            .RequireAuthorization(Policies.Admin).WithName("SetRetention").WithSummary("Sets when the names of a competition go by themselves; null: they stay")
            .Produces<RetentionView>().ProducesProblem(400).ProducesProblem(404);
    }

    private static void MapCatalogue(RouteGroupBuilder competitions, string name, CatalogueKind kind)
    {
        competitions.MapGet($"/{{uuid:guid}}/{name}", async Task<IResult> (Guid uuid, int? limit, string? cursor, string? format, HttpRequest request, HttpResponse http, IMediator m, CancellationToken ct) =>
            {
                var csv = WantsCsv(request, format);
                var read = await m.Send(new ReadCatalogue(uuid, kind, csv ? null : new PageRequest(limit, cursor)), ct);
                http.Headers.ETag = $"\"{read.Tag}\"";
                if (!csv) return Results.Ok(read.Page);
                // Asked for by an address, it is a file to keep.
                if (format is not null) http.Headers.ContentDisposition = $"attachment; filename={name}.csv";
                return Results.Text(CatalogueCsv.Write(read.Items, kind), "text/csv; charset=utf-8");
            })
            .RequireAuthorization(Policies.SignedIn).WithName($"Read{kind}").WithSummary($"The catalogue of {name}, as JSON or (Accept: text/csv, or format=csv) CSV; its ETag is for the whole")
            .Produces<Page<CatalogueEntryView>>().ProducesProblem(404);

        competitions.MapPut($"/{{uuid:guid}}/{name}", async (Guid uuid, string? mode, bool? preview, HttpRequest request, HttpResponse http, IMediator m, CancellationToken ct) =>
                Tagged(http, await m.Send(new WriteCatalogue(uuid, kind, await RequestBodies.ReadCatalogueAsync(request, kind, ct), mode, preview ?? false, IfMatch(request)), ct), c => c.Tag))
            .RequireAuthorization(Policies.ReferenceData).WithName($"Replace{kind}")
            .WithSummary($"Sets the catalogue of {name}, whole, or with mode=merge adds to it; preview=true says what would change")
            .Produces<CatalogueWritten>()
            .Accepts<CatalogueBody>("application/json", "text/csv").ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).ProducesProblem(415);
    }

    private static bool WantsCsv(HttpRequest request, string? format) => format switch
    {
        null => request.GetTypedHeaders().Accept.Any(a => a.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase) && (a.Quality ?? 1) > 0),
        "csv" => true,
        "json" => false,
        _ => throw Problem.Validation("format", "It is one of csv, json."),
    };

    private static string? IfMatch(HttpRequest request) => request.Headers.IfMatch is { Count: > 0 } values ? values.ToString() : null;

    private static IResult Tagged<T>(HttpResponse http, T view, Func<T, string> revision)
    {
        http.Headers.ETag = $"\"{revision(view)}\"";
        return Results.Ok(view);
    }

    /// <summary>201 where it was made now, 200 where it was there.</summary>
    private static IResult Made<T>(HttpResponse http, Saved<T> saved, Func<T, (string Path, string Revision)> of)
    {
        var (path, revision) = of(saved.Value);
        http.Headers.ETag = $"\"{revision}\"";
        return saved.Created ? Results.Created(path, saved.Value) : Results.Ok(saved.Value);
    }

    private static RouteHandlerBuilder Makes<T>(this RouteHandlerBuilder route) =>
        route.Produces<T>(201).Produces<T>(200).ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);

    private static RouteHandlerBuilder Sets<T>(this RouteHandlerBuilder route) =>
        route.Produces<T>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412);

    /// <param name="FromRaceUuid">The race that they are in.</param>
    /// <param name="Bibs">Those who go on; null: all.</param>
    internal sealed record CopyStartListBody(Guid? FromRaceUuid, IReadOnlyList<int>? Bibs);
}
