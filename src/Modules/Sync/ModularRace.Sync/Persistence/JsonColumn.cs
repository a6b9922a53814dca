using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using ModularRace.Shared.Json;

namespace ModularRace.Sync.Persistence;

/// <summary>A record's content as <c>jsonb</c>. It is replaced whole, never changed in place.</summary>
internal static class JsonColumn
{
    private static readonly ValueConverter<JsonObject, string> Converter = new(
        node => node.ToJsonString(ApiJson.Options), text => (JsonObject)JsonNode.Parse(text, null, default(JsonDocumentOptions))!);

    private static readonly ValueComparer<JsonObject> Comparer = new((a, b) => ReferenceEquals(a, b), node => node.GetHashCode(), node => node);

    public static PropertyBuilder<JsonObject> IsJson(this PropertyBuilder<JsonObject> property)
    {
        property.HasColumnType("jsonb").HasConversion(Converter, Comparer);
        return property;
    }
}
