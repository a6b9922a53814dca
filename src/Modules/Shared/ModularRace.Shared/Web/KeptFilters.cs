using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ModularRace.Shared.Web;

/// <summary>Addresses that carry the filters of a list along, so that whoever comes back finds it as it was.</summary>
public static class KeptFilters
{
    /// <summary>The path with those of the parameters that have a value.</summary>
    public static string Of(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = QueryString.Empty;
        foreach (var (name, value) in parameters)
            if (!string.IsNullOrEmpty(value)) query = query.Add(name, value);
        return path + query;
    }

    /// <summary>
    /// The path with the filters that were carried along and what is added to them. They came from outside: they are taken
    /// apart and written anew, so that whatever they hold is a parameter of this path and nothing else.
    /// </summary>
    /// <param name="list">A query, as the list's own address had it; null: none.</param>
    public static string After(string path, string? list, params ReadOnlySpan<(string Name, string? Value)> added)
    {
        var query = QueryString.Empty;
        if (list is { Length: > 0 and <= 2000 })
            foreach (var (name, values) in QueryHelpers.ParseQuery(list))
                if (name.Length > 0 && name is not ("handler" or "said") && values is [{ Length: > 0 } value]) query = query.Add(name, value);
        foreach (var (name, value) in added)
            if (!string.IsNullOrEmpty(value)) query = query.Add(name, value);
        return path + query;
    }
}
