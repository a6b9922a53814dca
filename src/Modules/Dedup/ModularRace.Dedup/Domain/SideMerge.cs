using System.Text.Json.Nodes;
using ModularRace.Dedup.Contracts;
using ModularRace.Shared.Records;

namespace ModularRace.Dedup.Domain;

/// <summary>Numbers of the cloud's versions between which a field was in open conflict, both ends included, and whose values were in it.</summary>
internal sealed record DisputedSpan(string Field, long From, long To, IReadOnlyList<string> Sides);

/// <summary>What a person chose: the number of the cloud's version that says so, on which values, and the versions that they had before them.</summary>
internal sealed record Settlement(long Number, IReadOnlyList<string> Fields, IReadOnlyList<JsonObject> Versions);

/// <param name="Content">The record as it stands.</param>
/// <param name="Disputed">What only a person can decide, in order.</param>
/// <param name="Disputing">Of that the sides whose values are in it.</param>
/// <param name="Says">For each side the values that it says, with the number at which each was taken.</param>
/// <param name="Words">For each side its last edit, with the values that it says by an earlier one in their places.</param>
/// <param name="Earlier">For each side those values.</param>
internal sealed record Merged(
    JsonObject Content, IReadOnlyList<string> Disputed, IReadOnlyDictionary<string, IReadOnlyList<string>> Disputing,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Says, IReadOnlyDictionary<string, JsonObject> Words, IReadOnlyDictionary<string, IReadOnlyList<string>> Earlier);

/// <summary>
/// R7: changes merge by field. A side says a value where it differs from the side's base (without a base: everything); a
/// value gives way to an edit whose base held it. One value said: it stands; several: a conflict of exactly those.
/// </summary>
/// <remarks>
/// Two guards make "held it" safe. What came after cannot give way to what it had seen: an author who goes back to an
/// earlier value means it. And a base in which the field was disputed showed one of several values, so that only that one
/// counts as seen: no edit of another field may end a conflict by accident. Nor may one of a side whose own value is not the one
/// that is shown: where it left the field as it found it, its earlier edit is its word on that field still.
/// </remarks>
internal static class SideMerge
{
    private const string Cloud = "cloud";

    public static Merged Merge(RecordSides record, IReadOnlyCollection<DisputedSpan> disputes, IReadOnlyCollection<Settlement> settled)
    {
        var type = record.Type;
        var sides = record.Sides.OrderBy(Seniority, StringComparer.Ordinal).ToList();
        var reference = RecordTypes.IsReference(type);
        var names = FieldValues.Names(type, [.. sides.Select(s => s.Content), .. sides.Where(s => s.Base is not null).Select(s => s.Base!), .. record.Current is null ? Array.Empty<JsonObject>() : [record.Current]],
            // A value that a side emptied stands in no version any more, and is said all the same.
            sides.SelectMany(s => s.Inherited.Keys));
        var content = new JsonObject();
        var disputed = new List<string>();
        var disputing = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var says = sides.ToDictionary(s => s.Side, _ => new Dictionary<string, long>(StringComparer.Ordinal), StringComparer.Ordinal);

        var earlier = sides.ToDictionary(s => s.Side, _ => new List<string>(), StringComparer.Ordinal);
        var words = sides.ToDictionary(s => s.Side, s => s.Content, StringComparer.Ordinal);

        foreach (var name in names)
        {
            var speaking = sides.ConvertAll(s => Word(type, name, s, disputes));
            var said = speaking.Where(s => SaidAt(type, name, s) is not null).ToList();
            var live = said.Where(s =>
                !said.Exists(t => t != s && GivesWay(type, name, s, t, disputes, settled))
                && !speaking.Exists(t => t != s && Overtaken(type, name, s, t, disputes))
                && !IsSettled(type, name, s, settled)).ToList();
            foreach (var side in live)
            {
                says[side.Side][name] = SaidAt(type, name, side)!.Value;
                if (sides.Contains(side)) continue;
                earlier[side.Side].Add(name);
                if (earlier[side.Side].Count == 1) words[side.Side] = (JsonObject)words[side.Side].DeepClone();
                FieldValues.Copy(type, name, side.Content, words[side.Side]);
            }

            // Whoever only repeats an overtaken value does not say it anew when the next judgement is made either.
            foreach (var side in said.Where(s => !live.Contains(s) && sides.Contains(s)))
                if (Differs(type, name, side) && SaidAt(type, name, side) is { } first && first < side.TakenNumber) says[side.Side][name] = first;

            var standing = reference
                ? Reference(type, name, record, speaking, live, disputed, settled)
                : Standing(type, name, sides, live, disputed);
            if (standing is not null) FieldValues.Copy(type, name, standing, content);
            if (disputed.Contains(name, StringComparer.Ordinal)) disputing[name] = [.. live.Select(s => s.Side)];
        }

        if (record.Repeated is { } second)
            foreach (var name in FieldValues.Names(type, [second.Content, content]))
                if (!disputed.Contains(name, StringComparer.Ordinal) && !FieldValues.Same(type, name, second.Content, content))
                {
                    disputed.Add(name);
                    disputing[name] = [.. sides.Select(s => s.Side)];
                }

        var created = sides.Select(s => s.Content["created_at"]).Append(record.Current?["created_at"]).FirstOrDefault(c => c is not null);
        if (created is not null) content["created_at"] = created.DeepClone();
        disputed.Sort(StringComparer.Ordinal);
        return new Merged(
            content, disputed, disputing, says.ToDictionary(s => s.Key, s => (IReadOnlyDictionary<string, long>)s.Value, StringComparer.Ordinal),
            words, earlier.Where(e => e.Value.Count > 0).ToDictionary(e => e.Key, e => (IReadOnlyList<string>)e.Value, StringComparer.Ordinal));
    }

    /// <summary>
    /// The edit by which the side speaks of the value: its last; or the earlier one whose word the last left in dispute, or had not
    /// before it at all: a person accepted it out of quarantine when the device had gone on without it (R14).
    /// </summary>
    private static SideEdit Word(string type, string name, SideEdit side, IReadOnlyCollection<DisputedSpan> disputes)
    {
        if (side.Last is not { } last) return side.Earlier.GetValueOrDefault(name) ?? side;
        var before = last.Earlier.GetValueOrDefault(name) ?? last;
        return last.Inherited.TryGetValue(name, out var said) && side.Base is not null
            && (DisputedAt(name, side.BaseNumber, disputes) || (before.LetIn && side.BaseNumber < said))
            && Held(type, name, side.Base, side.Content) && !FieldValues.Same(type, name, side.Content, before.Content)
            ? before
            : side;
    }

    /// <summary>The version whose value stands; adds to the disputed what only a person can decide.</summary>
    private static JsonObject? Standing(string type, string name, List<SideEdit> sides, List<SideEdit> live, List<string> disputed)
    {
        if (live.Count == 0) return LatestBase(sides);
        var left = new List<JsonObject>();
        foreach (var side in live)
        {
            // Equal values and those that give way by R6 collapse into one; what remains are values that differ.
            var best = side.Content;
            for (var i = left.Count - 1; i >= 0; i--)
                if (FieldValues.Prevailing(type, name, left[i], best) is { } prevailing)
                {
                    best = prevailing;
                    left.RemoveAt(i);
                }

            left.Add(best);
        }

        if (left.Count == 1) return left[0];
        disputed.Add(name);
        // Shown meanwhile: the senior side's (sides are in order), whatever the order of arrival (R3).
        return live[0].Content;
    }

    /// <summary>Reference data is changed only by its origin: what another side says of it is a conflict, and the origin's stands, until a person has chosen.</summary>
    private static JsonObject? Reference(
        string type, string name, RecordSides record, List<SideEdit> sides, List<SideEdit> live, List<string> disputed, IReadOnlyCollection<Settlement> settled)
    {
        var origin = sides.Find(s => s.Side == record.Origin || s.Side.StartsWith(record.Origin + "/", StringComparison.Ordinal));
        var standing = (origin is null || live.Contains(origin) ? origin : live.Find(s => s.Side == Cloud && IsSettlement(s, name, settled)) ?? origin)?.Content
            ?? record.Current ?? LatestBase(sides) ?? live[0].Content;
        if (live.Exists(s => s != origin && !FieldValues.Same(type, name, s.Content, standing))) disputed.Add(name);
        return standing;
    }

    private static JsonObject? LatestBase(List<SideEdit> sides) => sides.MaxBy(s => s.BaseNumber)?.Base;

    /// <summary>The number at which the cloud took what the side says of the value; null: it says nothing of it.</summary>
    private static long? SaidAt(string type, string name, SideEdit side)
    {
        long? before = side.Inherited.TryGetValue(name, out var number) && number <= side.BaseNumber ? number : null;
        if (!Differs(type, name, side)) return before;
        // The time that its base held, with better clock figures, is no other time: it was said when that was.
        if (side.Base is not null && Held(type, name, side.Base, side.Content)) return before ?? side.BaseNumber;
        return RepeatedSince(type, name, side) ?? side.TakenNumber;
    }

    private static bool Differs(string type, string name, SideEdit side) => side.Base is null || !FieldValues.Identical(type, name, side.Content, side.Base);

    /// <summary>
    /// A later edit on the same base carries every value of the one before it: its author has seen nothing since, and says them
    /// from then on. So an answer that was lost does not make a value new that others have seen and changed.
    /// </summary>
    private static long? RepeatedSince(string type, string name, SideEdit side)
    {
        if (side.Last is not { } last) return side.Inherited.TryGetValue(name, out var kept) && kept < side.TakenNumber ? kept : null;
        return last.BaseNumber == side.BaseNumber && Differs(type, name, last) && Held(type, name, side.Content, last.Content)
            ? RepeatedSince(type, name, last) ?? last.TakenNumber
            : null;
    }

    /// <summary>The value that s says gives way to t, who says another and whose base held it, unless s had seen that already.</summary>
    private static bool GivesWay(
        string type, string name, SideEdit s, SideEdit t, IReadOnlyCollection<DisputedSpan> disputes, IReadOnlyCollection<Settlement> settled) =>
        t.Base is not null
        // What a person has settled is more than the value that was shown before: who had not seen it asks anew.
        && !(s.Side == Cloud && settled.Any(r => r.Number == SaidAt(type, name, s) && r.Number > t.BaseNumber && r.Fields.Contains(name, StringComparer.Ordinal)))
        && !Held(type, name, t.Base, t.Content)
        && Held(type, name, t.Base, s.Content)
        && !(SaidAt(type, name, t) <= s.BaseNumber && !DisputedAt(name, s.BaseNumber, disputes));

    /// <summary>A time is held, and is only said again, also where the device knows its clock better since: the clock's figures are no other time.</summary>
    private static bool Held(string type, string name, JsonObject seen, JsonObject said) =>
        name == FieldValues.OccurredAt ? FieldValues.Same(type, name, seen, said) : FieldValues.Identical(type, name, seen, said);

    /// <summary>
    /// What s says was overtaken before t's base: t has seen the cloud with another value after it took s. Where that version showed
    /// one of several values, this holds still for what was none of them.
    /// </summary>
    private static bool Overtaken(string type, string name, SideEdit s, SideEdit t, IReadOnlyCollection<DisputedSpan> disputes) =>
        t.Base is not null
        && SaidAt(type, name, s) is { } taken && taken <= t.BaseNumber
        && !disputes.Any(d => Covers(d, name, t.BaseNumber) && d.Sides.Contains(s.Side, StringComparer.Ordinal))
        && !Held(type, name, t.Base, s.Content);

    /// <summary>
    /// A resolution counts as the base for every version in it: whoever has not seen it and says a value that was before the
    /// person is answered, in whichever edit it comes, and however often the chosen value was changed since.
    /// </summary>
    private static bool IsSettled(string type, string name, SideEdit s, IReadOnlyCollection<Settlement> settled) =>
        s.Side != Cloud
        && settled.Any(r => s.BaseNumber < r.Number && r.Fields.Contains(name, StringComparer.Ordinal) && r.Versions.Any(v => FieldValues.Same(type, name, v, s.Content)));

    private static bool IsSettlement(SideEdit side, string name, IReadOnlyCollection<Settlement> settled) =>
        settled.Any(r => r.Fields.Contains(name, StringComparer.Ordinal) && r.Number <= side.TakenNumber);

    private static bool DisputedAt(string name, long number, IReadOnlyCollection<DisputedSpan> disputes) =>
        disputes.Any(d => Covers(d, name, number));

    private static bool Covers(DisputedSpan dispute, string name, long number) => dispute.Field == name && number >= dispute.From && number <= dispute.To;

    /// <summary>The cloud before devices, then the earlier making, then the side's UUID.</summary>
    private static string Seniority(SideEdit side) =>
        side.Side == Cloud ? "" : $"{side.Content["created_at"]?.ToString() ?? "9"} {side.Side}";
}
