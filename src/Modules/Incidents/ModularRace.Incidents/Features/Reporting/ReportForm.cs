using ModularRace.Shared.Web;

namespace ModularRace.Incidents.Features.Reporting;

/// <summary>What a person types when reporting at the desk.</summary>
internal sealed record ReportForm
{
    /// <summary>Made with the form, so that sending it twice reports once (R2).</summary>
    public Guid? ReportUuid { get; set; }

    public int? BibNumber { get; set; }

    public Guid? RaceLocationUuid { get; set; }

    public int? AthletePosition { get; set; }

    /// <summary>On the venue's clock; null: now.</summary>
    public DateTime? At { get; set; }

    public string? Description { get; set; }

    public string? PenaltyCode { get; set; }

    public ReportIncident Message(Guid race, DateTimeOffset? at) => new(
        race, RaceLocationUuid, BibNumber, AthletePosition, at, PageForms.Typed(Description), PageForms.Typed(PenaltyCode), ReportUuid: ReportUuid);

    public AddReport Addition(Guid incident, DateTimeOffset? at) =>
        new(BibNumber, RaceLocationUuid, AthletePosition, PageForms.Typed(Description), OccurredAt: at, ReportUuid: ReportUuid, PenaltyCode: PageForms.Typed(PenaltyCode)) { IncidentUuid = incident };
}
