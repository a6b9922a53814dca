using System.Reflection;
using System.Text.RegularExpressions;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using ModularRace.Shared.Web;
using Npgsql;

namespace ModularRace.ArchitectureTests;

/// <summary>
/// The house's rules, each a function from what it looks at to the violations that it finds, in words: so that each can be
/// shown to find one that is planted.
/// </summary>
public static partial class Rules
{
    /// <summary>A module refers to Shared and to the Contracts of modules before it in the order; Contracts to Shared alone.</summary>
    /// <param name="project">Such as <c>ModularRace.Incidents</c> or <c>ModularRace.Incidents.Contracts</c>.</param>
    /// <param name="references">The names that it refers to; those that are not of the house are passed over.</param>
    public static IEnumerable<string> References(string project, IEnumerable<string> references)
    {
        var (module, isContracts) = Parse(project);
        foreach (var reference in references.Where(r => r.StartsWith("ModularRace.", StringComparison.Ordinal) && r != "ModularRace.Shared"))
        {
            var (other, toContracts) = Parse(reference);
            if (other == module && (toContracts || !isContracts)) continue;
            if (isContracts) yield return $"{project} -> {reference}: Contracts stand on Shared alone";
            else if (!toContracts) yield return $"{project} -> {reference}: another module's implementation";
            else if (Rank(other) >= Rank(module)) yield return $"{project} -> {reference}: a module that comes after it";
        }

        static (string Module, bool IsContracts) Parse(string name)
        {
            var parts = name.Split('.');
            return (parts[1], parts.Length > 2 && parts[2] == "Contracts");
        }

        static int Rank(string module)
        {
            for (var i = 0; i < House.Order.Count; i++)
                if (House.Order[i] == module)
                    return i;
            return int.MaxValue;
        }
    }

    /// <summary>A module shows its registration class and the enums that this is made with; generated migrations are let be.</summary>
    public static IEnumerable<string> PublicTypes(IReadOnlyCollection<Type> types)
    {
        var registrations = types.Where(t => t.IsAssignableTo(typeof(IModule))).ToList();
        var roles = registrations.SelectMany(r => r.GetConstructors()).SelectMany(c => c.GetParameters()).Select(p => p.ParameterType).Where(t => t.IsEnum).ToList();
        if (registrations.Count(r => r.IsPublic) > 1) yield return "more than one public registration class";
        foreach (var type in types.Where(t => t.IsVisible && !registrations.Contains(t) && !roles.Contains(t) && !t.IsAssignableTo(typeof(Migration))))
            yield return $"{type.FullName} is public";
    }

    /// <summary>Everything that a DbContext maps lies in its module's schema.</summary>
    public static IEnumerable<string> MappedSchemas(string schema, IModel model) =>
        from entity in model.GetEntityTypes()
        where entity.GetTableName() is not null || entity.GetViewName() is not null
        let mapped = entity.GetSchema() ?? entity.GetViewSchema()
        where mapped != schema
        select $"{entity.DisplayName()} is mapped to {mapped ?? "the default schema"}, not to {schema}";

    /// <summary>No foreign key of a database reaches from one schema into another.</summary>
    public static async Task<IReadOnlyList<string>> ForeignKeysAcross(NpgsqlDataSource database) =>
        await database.QueryAsync<string>(
            """
            SELECT c.conrelid::regclass || '.' || c.conname || ' -> ' || c.confrelid::regclass
            FROM pg_constraint c
            JOIN pg_class a ON a.oid = c.conrelid
            JOIN pg_class b ON b.oid = c.confrelid
            WHERE c.contype = 'f' AND a.relnamespace <> b.relnamespace
            ORDER BY 1
            """);

    /// <summary>No text in a module's source names a table of another's schema.</summary>
    /// <param name="schema">The module's own.</param>
    /// <param name="schemas">All that there are.</param>
    /// <param name="file">A file of the module.</param>
    public static IEnumerable<string> SqlOfOthers(string schema, IReadOnlyCollection<string> schemas, SourceFile file)
    {
        var others = string.Join('|', schemas.Where(s => s != schema).Select(Regex.Escape));
        var name = new Regex($"""\b(?:{others})"?\."?[a-z_]""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking);
        return CSharpSyntaxTree.ParseText(file.Text).GetRoot().DescendantTokens()
            .Where(t => t.IsKind(SyntaxKind.StringLiteralToken) || t.IsKind(SyntaxKind.SingleLineRawStringLiteralToken)
                || t.IsKind(SyntaxKind.MultiLineRawStringLiteralToken) || t.IsKind(SyntaxKind.InterpolatedStringTextToken))
            .SelectMany(t => name.Matches(t.ValueText).Select(m => $"{file.Path}:{t.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: '{m.Value}…'"));
    }

    /// <summary>The machine's clock is asked through TimeProvider only (R10).</summary>
    public static IEnumerable<string> MachineClock(SourceFile file) =>
        CSharpSyntaxTree.ParseText(file.Text).GetRoot().DescendantNodes().OfType<MemberAccessExpressionSyntax>()
            .Where(m => m.Name.Identifier.Text is "Now" or "UtcNow" or "Today"
                && m.Expression.ToString().Split('.')[^1] is "DateTime" or "DateTimeOffset")
            .Where(m => m.Name.Identifier.Text is "Now" or "UtcNow" or "Today")
            .Select(m => $"{file.Path}:{m.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: {m}");

    /// <summary>What is sent in a mode has exactly one handler in it.</summary>
    /// <param name="sent">Who sends what in this mode.</param>
    /// <param name="handlers">How many handlers the mode registers for a request.</param>
    public static IEnumerable<string> Handled(IEnumerable<Sending> sent, Func<Type, int> handlers) =>
        from sending in sent
        let count = handlers(sending.Request)
        where count != 1
        select $"{sending.Request.Name}, which {sending.Sender} sends, has {count} handlers";

    /// <summary>R15: every endpoint and page names who may use it; without a policy are only those that the contract calls anonymous.</summary>
    /// <param name="endpoints">All that a host serves.</param>
    /// <param name="isAnonymous">Tells by its pattern whether an endpoint may be called by anybody.</param>
    public static IEnumerable<string> Policies(IEnumerable<Endpoint> endpoints, Func<string, bool> isAnonymous)
    {
        foreach (var endpoint in endpoints.OfType<RouteEndpoint>())
        {
            var pattern = "/" + (endpoint.RoutePattern.RawText ?? "").TrimStart('/');
            var named = endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(a => !string.IsNullOrEmpty(a.Policy));
            var open = endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
            if (open && !isAnonymous(pattern)) yield return $"{pattern} is open to anybody";
            else if (!open && !named) yield return $"{pattern} names no policy";
        }
    }
}

/// <summary>A request and the code that makes it to send it.</summary>
public sealed record Sending(string Sender, Type Request)
{
    public static bool IsRequest(Type type) =>
        type is { IsAbstract: false } && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequest<>));
}

public static class Violations
{
    /// <summary>Fails with all of them, one a line.</summary>
    public static void None(IEnumerable<string> found)
    {
        var all = found.Distinct(StringComparer.Ordinal).ToList();
        if (all.Count > 0) Assert.Fail(string.Join('\n', all));
    }
}
