using System.Text.Json.Nodes;
using MediatR;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Contracts.Erasing;

/// <summary>
/// Asked of all modules before names leave a competition, within the transaction: whoever knows why that must wait adds it,
/// and holds what must not move meanwhile.
/// </summary>
/// <param name="CompetitionUuids">The one that stands, and those that were merged into it.</param>
/// <param name="EndedAt">When its last day at the venue was over.</param>
/// <param name="TimeZone">Of the venue, for sentences.</param>
public sealed record ErasureAsked(IReadOnlyCollection<Guid> CompetitionUuids, DateTimeOffset EndedAt, string TimeZone) : INotification
{
    public IList<ErasureObstacle> Obstacles { get; } = [];
}

/// <param name="Code">Stable: <c>not_over, conflicts_open, in_quarantine, device_holds, device_unheard</c>.</param>
/// <param name="Message">For a person.</param>
/// <param name="DeviceUuid">The device that it is about; null: none.</param>
public sealed record ErasureObstacle(string Code, string Message, Guid? DeviceUuid = null);

/// <summary>Asked of all modules: who signed anything in these competitions, as it stands there.</summary>
public sealed record AskingWhoSigned(IReadOnlyCollection<Guid> CompetitionUuids) : INotification
{
    public ISet<string> Signatures { get; } = new HashSet<string>(StringComparer.Ordinal);
}

/// <summary>
/// Said within the transaction in which names leave a competition: each module takes them out of all that it keeps of it, the
/// versions of long ago too, and tells the records that say something else now by <see cref="RecordsChanged"/> with
/// <see cref="ChangeSource.Erased"/>. Bib, race, time, decision and penalty stay.
/// </summary>
/// <param name="CompetitionUuids">The one that stands, and those that were merged into it.</param>
/// <param name="Names">Whose.</param>
/// <param name="Athletes">Athletes whose own record is without a name now: they start nowhere else.</param>
/// <param name="Replaced">Athletes who start elsewhere too and keep their record, to the nameless one that these start lists name instead.</param>
/// <param name="Everybody">The competition is closed: what devices say of it from now on waits for a person.</param>
public sealed record ErasingNames(
    IReadOnlyCollection<Guid> CompetitionUuids, ErasedNames Names, IReadOnlySet<Guid> Athletes, IReadOnlyDictionary<Guid, Guid> Replaced, bool Everybody) : INotification
{
    public const int MostExamples = 12;

    private readonly SortedDictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly List<ErasureExample> examples = [];

    /// <summary>What an athlete without a name is.</summary>
    public static JsonObject Nameless => new() { ["first_name"] = "Name", ["last_name"] = ErasedNames.Word, ["nation"] = "XXX" };

    /// <summary>How much was found, by what it is.</summary>
    public IReadOnlyDictionary<string, int> Counts => counts;

    /// <summary>The first of each kind, as they were and as they are.</summary>
    public IReadOnlyList<ErasureExample> Examples => examples;

    /// <summary>Counts one record where any of these values is another now, and keeps the first as an example while there are few; false: all are as they were.</summary>
    public bool Found(string what, params ReadOnlySpan<(string? Before, string? After)> values)
    {
        foreach (var (before, after) in values)
        {
            if (string.Equals(before, after, StringComparison.Ordinal)) continue;
            Found(what, 1);
            if (counts[what] <= 3 && examples.Count < MostExamples) examples.Add(new ErasureExample(what, before ?? "", after ?? ""));
            return true;
        }

        return false;
    }

    /// <summary>Counts what is shown by no example.</summary>
    public void Found(string what, int count)
    {
        if (count > 0) counts[what] = counts.GetValueOrDefault(what) + count;
    }

    /// <summary>Takes the names out of a version of a record, whenever it was said; true where one was there.</summary>
    public bool Rewrite(string? type, Guid? uuid, JsonNode? content)
    {
        if (content is not JsonObject fields) return Names.Rewrite(content);
        var changed = Names.Rewrite(content);
        if (type == RecordTypes.Athlete && uuid is { } athlete && Athletes.Contains(athlete))
        {
            foreach (var (name, value) in Nameless)
            {
                changed |= !JsonNode.DeepEquals(fields[name], value);
                fields[name] = value!.DeepClone();
            }

            foreach (var known in (string[])["gender", "birth_year", "license_number"]) changed |= fields.Remove(known);
        }

        if (type == RecordTypes.BibAssignment && fields["athlete_uuids"] is JsonArray worn)
            for (var i = 0; i < worn.Count; i++)
                if (worn[i] is JsonValue one && one.TryGetValue<string>(out var text) && Guid.TryParse(text, out var named) && Replaced.TryGetValue(named, out var nameless))
                {
                    worn[i] = nameless.ToString();
                    changed = true;
                }

        return changed;
    }

    /// <summary>The same of JSON text; null where nothing was there to take out.</summary>
    public string? Rewritten(string? type, Guid? uuid, string? json)
    {
        if (json is null) return null;
        var content = JsonNode.Parse(json);
        return Rewrite(type, uuid, content) ? content!.ToJsonString(ApiJson.Options) : null;
    }
}

/// <param name="What">As in the counts.</param>
public sealed record ErasureExample(string What, string Before, string After);

/// <summary>Names left a competition, said within the transaction and without any of them.</summary>
/// <param name="Name">Of the competition.</param>
/// <param name="Whose">In words: whose names, never which.</param>
public sealed record NamesErased(Guid CompetitionUuid, string Name, string Whose, IReadOnlyDictionary<string, int> Counts) : INotification;
