using System.Text.Json.Nodes;
using ModularRace.Shared.Records;
using ModularRace.Shared.Validation;

namespace ModularRace.Competitions.Domain;

internal sealed class Competition : MergeableRecord
{
    public string Name { get; set; } = "";

    public string? City { get; set; }

    public string? Place { get; set; }

    public string Country { get; set; } = "";

    public DateOnly StartDate { get; set; }

    public DateOnly EndDate { get; set; }

    /// <summary>IANA.</summary>
    public string TimeZone { get; set; } = "";

    public string? WebpageUrl { get; set; }

    /// <summary>Never in metrics, webhooks or exports.</summary>
    public bool Practice { get; set; }

    public override string RecordType => RecordTypes.Competition;

    public override JsonObject Content() => new JsonObject()
        .With("name", Name).With("city", City).With("place", Place).With("country", Country)
        .With("start_date", StartDate).With("end_date", EndDate).With("time_zone", TimeZone)
        .With("webpage_url", WebpageUrl).With("practice", Practice);

    public static Competition Read(RecordReader from)
    {
        var competition = new Competition
        {
            Name = from.Text("name", Texts.Name, required: true) ?? "",
            City = from.Text("city", Texts.Name),
            Place = from.Text("place", Texts.Name),
            Country = from.Passing("country", from.Text("country", 3, required: true), ReferenceRules.NationFault) ?? "",
            StartDate = from.Date("start_date", required: true) ?? default,
            EndDate = from.Date("end_date", required: true) ?? default,
            TimeZone = from.Passing("time_zone", from.Text("time_zone", 100, required: true), ReferenceRules.TimeZoneFault) ?? "",
            WebpageUrl = from.Passing("webpage_url", from.Text("webpage_url", ReferenceRules.Url), ReferenceRules.PageFault),
            Practice = from.Flag("practice") ?? false,
        };
        if (from.Error is null && competition.EndDate < competition.StartDate) from.Fail<string>("end_date", "It is not before start_date.");
        return competition;
    }
}
