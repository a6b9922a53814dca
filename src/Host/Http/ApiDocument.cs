using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
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
        options.AddSchemaTransformer(Describe);
        options.AddOperationTransformer(AddRefusals);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "ModularRace",
                Version = "1",
                Description = "Incidents of ski-mountaineering races, reported offline and synchronised. Errors are application/problem+json with a stable code.",
            };
            document.Servers?.Clear();
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes["bearer"] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A person's access token, an API key or, with X-Device-UUID, a device's token.",
            };
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];
            return Task.CompletedTask;
        });
    });

    /// <summary>What the types alone do not tell: times, the few words that a field takes, and a problem's members.</summary>
    private static Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(DateTimeOffset) || type == typeof(DateTimeOffset?))
        {
            schema.Type = type == typeof(DateTimeOffset) ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
            schema.Format = "date-time";
        }
        else if (type == typeof(ProblemDetails))
        {
            schema.Required = new HashSet<string>(StringComparer.Ordinal) { "title", "status", "code", "trace_id" };
            schema.Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["title"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "One sentence for a person." },
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
                ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Stable: what a program goes by." },
                ["trace_id"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["errors"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Description = "Field, or line, to messages.",
                    AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
                },
            };
        }

        if (context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(AllowedValuesAttribute), inherit: false) is [AllowedValuesAttribute words])
            schema.Enum = [.. words.Values.Select(w => JsonValue.Create((string?)w)!)];
        return Task.CompletedTask;
    }

    /// <summary>Every call may be refused, and says so in one way; those that anybody may make say that too.</summary>
    private static Task AddRefusals(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        // One route that answers GET and HEAD is two calls, and a client names each once.
        if (HttpMethods.IsHead(context.Description.HttpMethod ?? "")) operation.OperationId = $"{operation.OperationId}Head";
        var open = context.Description.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any();
        if (open) operation.Security = [];
        operation.Responses ??= [];
        Refuse("default", "A problem.");
        if (!open)
        {
            Refuse("401", "Not signed in.");
            Refuse("403", "Not allowed.");
        }

        if (operation.RequestBody is not null || operation.Parameters is { Count: > 0 }) Refuse("400", "Something in it is wrong; errors says what.");
        if (operation.Parameters?.Any(p => p.In == ParameterLocation.Path) == true) Refuse("404", "There is no such object.");
        if (operation.RequestBody is null) return Task.CompletedTask;
        Refuse("413", "The body is too large.");
        Refuse("415", "The body's type or encoding is not taken.");
        return Task.CompletedTask;

        void Refuse(string status, string description) => operation.Responses.TryAdd(status, new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(nameof(ProblemDetails), context.Document) },
            },
        });
    }

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
