using System.Text.Json;
using System.Text.Json.Nodes;
using ModularRace.Dedup.Contracts;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Domain;

/// <summary>R7: the earlier edits by which a side speaks still, beside its last one.</summary>
internal static class Words
{
    public static IReadOnlyList<EarlierWord> Read(RecordEdit edit) => edit.Earlier is null ? [] : JsonSerializer.Deserialize<IReadOnlyList<EarlierWord>>(edit.Earlier)!;

    /// <summary>What a judgement leaves of the side's earlier edits; null: nothing.</summary>
    /// <param name="judgement">Of the record.</param>
    /// <param name="last">The side's edit before the judgement; null: none.</param>
    public static string? Left(RecordJudgement? judgement, RecordEdit? last)
    {
        if (last is null || judgement is null || !judgement.Earlier.TryGetValue(last.Side, out var fields)) return null;
        var kept = new List<EarlierWord>();
        var rest = fields.ToHashSet(StringComparer.Ordinal);
        foreach (var word in Read(last))
        {
            var still = word.Fields.Where(rest.Remove).ToList();
            if (still.Count > 0) kept.Add(word with { Fields = still });
        }

        if (rest.Count > 0)
            kept.Add(new EarlierWord([.. fields.Where(rest.Contains)], last.Edit, last.BaseRevision, JsonNode.Parse(last.Content)!.AsObject(), last.TakenNumber, Saying.Read(last.Says), last.LetIn));
        return JsonSerializer.Serialize(kept);
    }

    /// <summary>Writes what a judgement makes of an edit that was there before; answers whether that is anything new.</summary>
    public static bool Judge(RecordEdit edit, RecordJudgement judgement, long expected, long number)
    {
        var says = Saying.Write(Saying.Judged(judgement, edit.Side, expected, number));
        var earlier = edit.Earlier is null ? null : Left(judgement, edit);
        if (says == Saying.Write(Saying.Read(edit.Says)) && earlier?.Length == edit.Earlier?.Length) return false;
        (edit.Says, edit.Earlier) = (says, earlier);
        return true;
    }
}
