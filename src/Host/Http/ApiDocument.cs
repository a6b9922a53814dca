using Microsoft.OpenApi;
using ModularRace.Shared.Access;
using Scalar.AspNetCore;

namespace ModularRace.Host.Http;

/// <summary>The OpenAPI document at <c>/openapi/v1.json</c> and its reader at <c>/scalar</c>; any sign-in opens them, and neither asks anything outside.</summary>
internal static class ApiDocument
{
    public static void AddApiDocument(this WebApplicationBuilder builder) => builder.Services.AddOpenApi("v1", options =>
    {
        options.ShouldInclude = description => description.RelativePath?.StartsWith("api/v1/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "ModularRace", Version = "1",
                Description = "Incidents of ski-mountaineering races, reported offline and synchronised. Errors are application/problem+json with a stable code.",
            };
            document.Servers?.Clear();
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes["bearer"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A person's access token, an API key or, with X-Device-UUID, a device's token.",
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];
            return Task.CompletedTask;
        });
    });

    public static void MapApiDocument(this WebApplication app)
    {
        app.MapOpenApi().RequireAuthorization(Policies.SignedIn);
        app.MapScalarApiReference("/scalar", options =>
        {
            options.Title = "ModularRace API";
            options.DefaultFonts = false;
            options.Telemetry = false;
            options.DisableAgent();
            options.DisableMcp();
        }).RequireAuthorization(Policies.SignedIn);
    }
}
