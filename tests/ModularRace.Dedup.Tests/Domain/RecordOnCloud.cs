using System.Text.Json.Nodes;
using ModularRace.Dedup.Contracts;
using ModularRace.Dedup.Domain;

namespace ModularRace.Dedup.Tests.Domain;

/// <summary>One record on the cloud as edits arrive: keeps what Sync keeps (each side's last edit, the versions) and asks the merge.</summary>
internal sealed class RecordOnCloud(string type, string origin = "cloud")
{
    private readonly Dictionary<string, SideEdit> sides = new(StringComparer.Ordinal);
    private readonly List<JsonObject> versions = [];
    private readonly List<Settlement> settled = [];
    private IReadOnlyList<DisputedSpan> disputes = [];

    public long Number => versions.Count;

    public JsonObject Content => versions[^1];

    public IReadOnlyList<string> Disputed { get; private set; } = [];

    /// <summary>Of each side what it says, its last edit over its earlier ones.</summary>
    public IReadOnlyDictionary<string, JsonObject> Words { get; private set; } = new Dictionary<string, JsonObject>(StringComparer.Ordinal);

    /// <summary>An edit arrives whose author had seen version <paramref name="seen"/> (0: none), or a person lets it in out of quarantine.</summary>
    public void Arrives(string side, long edit, JsonObject content, long seen = 0, bool letIn = false)
    {
        if (sides.TryGetValue(side, out var last) && edit <= last.Edit) return;
        sides[side] = new SideEdit(side, edit, content, seen > 0 ? versions[(int)seen - 1] : null, seen, Number + 1, Inherited(last, content)) { Last = last, LetIn = letIn };
        Judge();
        if (sides[side].TakenNumber > Number) sides[side] = sides[side] with { TakenNumber = Number };
    }

    /// <summary>A person on the cloud changes some fields of what it has now.</summary>
    public void CloudSets(params (string Field, JsonNode? Value)[] changes)
    {
        var content = versions.Count > 0 ? (JsonObject)Content.DeepClone() : [];
        foreach (var (field, value) in changes)
            if (value is null) content.Remove(field);
            else content[field] = value;
        Arrives("cloud", sides.TryGetValue("cloud", out var last) ? last.Edit + 1 : 1, content, Number);
    }

    /// <summary>A person chooses: the version is the cloud's word, made on itself, and everything that was in the conflict gives way to it.</summary>
    public void Resolves(params (string Field, JsonNode? Value)[] changes)
    {
        var before = Content;
        var content = (JsonObject)before.DeepClone();
        foreach (var (field, value) in changes) content[field] = value;
        versions.Add(content);
        settled.Add(new Settlement(Number, [.. Disputed.Union(changes.Select(c => c.Field))], [.. Words.Values, before]));
        disputes = Spans.End(disputes, Number - 1);
        var says = sides.TryGetValue("cloud", out var last) ? last.Inherited.Where(i => JsonNode.DeepEquals(last.Content[i.Key], content[i.Key])).ToDictionary() : [];
        foreach (var field in settled[^1].Fields) says[field] = Number;
        sides["cloud"] = new SideEdit("cloud", (last?.Edit ?? 0) + 1, content, content, Number, Number, says);
        Judge();
    }

    private void Judge()
    {
        var record = new RecordSides(type, Guid.Empty, null, null, origin, $"{Number}-x", versions.Count > 0 ? Content : null, [.. sides.Values], Guid.Empty, null);
        var merged = SideMerge.Merge(record, disputes, settled);
        disputes = Spans.Follow(disputes, merged.Disputing, Number);
        Disputed = merged.Disputed;
        Words = merged.Words;
        if (versions.Count == 0 || !JsonNode.DeepEquals(Content, merged.Content)) versions.Add(merged.Content);
        foreach (var (side, says) in merged.Says)
        {
            var edit = sides[side];
            var earlier = merged.Earlier.GetValueOrDefault(side, []).ToDictionary(
                name => name, name => (edit.Last is null ? edit.Earlier.GetValueOrDefault(name) : edit.Last.Earlier.GetValueOrDefault(name)) ?? edit.Last! with { Last = null }, StringComparer.Ordinal);
            sides[side] = edit with { Inherited = says, Earlier = earlier, Last = null };
        }
    }

    private static Dictionary<string, long> Inherited(SideEdit? last, JsonObject content) =>
        last is null ? [] : last.Inherited.Where(i => !last.Earlier.ContainsKey(i.Key) && JsonNode.DeepEquals(last.Content[i.Key], content[i.Key])).ToDictionary();
}
