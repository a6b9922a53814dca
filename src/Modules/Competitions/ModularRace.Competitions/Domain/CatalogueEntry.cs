using System.Text.Json.Nodes;
using ModularRace.Shared.Records;
using ModularRace.Shared.Validation;

namespace ModularRace.Competitions.Domain;

/// <summary>A line of one of a competition's two catalogues.</summary>
internal abstract class CatalogueEntry : ReferenceRecord, IHang, ICanBeDeleted
{
    public Guid CompetitionUuid { get; set; }

    /// <inheritdoc cref="IHang.Said"/>
    public Guid? SaidCompetitionUuid { get; set; }

    /// <summary>The penalty's code, or the phrase's text.</summary>
    public string Word { get; set; } = "";

    public string? Name { get; set; }

    /// <summary>One of <see cref="Disciplines"/>; null: for all.</summary>
    public string? Discipline { get; set; }

    public string? Language { get; set; }

    public int? Position { get; set; }

    public bool Deleted { get; set; }

    protected abstract string WordField { get; }

    Guid IHang.HangsOn
    {
        get => CompetitionUuid;
        set => CompetitionUuid = value;
    }

    Guid? IHang.Said
    {
        get => SaidCompetitionUuid;
        set => SaidCompetitionUuid = value;
    }

    public override JsonObject Content() => new JsonObject()
        .With("competition_uuid", SaidCompetitionUuid ?? CompetitionUuid).With(WordField, Word).With("name", Name).With("discipline", Discipline)
        .With("language", Language).With("position", Position).With("deleted", Deleted);

    protected static T Read<T>(RecordReader from, int longestWord) where T : CatalogueEntry, new()
    {
        var entry = new T
        {
            CompetitionUuid = from.Uuid("competition_uuid", required: true) ?? default,
            Name = from.Text("name", Texts.Name),
            Discipline = from.OneOf("discipline", Disciplines.All),
            Language = from.Text("language", 35),
            Position = (int?)from.Integer("position", 0, ReferenceRules.MostPosition),
            Deleted = from.Flag("deleted") ?? false,
        };
        entry.Word = from.Text(entry.WordField, longestWord, required: true) ?? "";
        return entry;
    }
}

/// <summary>What the jury may give, by the code of the rules.</summary>
internal sealed class Penalty : CatalogueEntry
{
    public override string RecordType => RecordTypes.Penalty;

    protected override string WordField => "code";

    public static Penalty Read(RecordReader from) => Read<Penalty>(from, Texts.Name);
}

/// <summary>What a referee often says, to be tapped instead of typed.</summary>
internal sealed class Phrase : CatalogueEntry
{
    public override string RecordType => RecordTypes.Phrase;

    protected override string WordField => "text";

    public static Phrase Read(RecordReader from) => Read<Phrase>(from, Texts.Note);
}
