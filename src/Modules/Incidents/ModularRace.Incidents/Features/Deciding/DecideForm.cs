using ModularRace.Incidents.Domain;
using ModularRace.Shared.Web;

namespace ModularRace.Incidents.Features.Deciding;

/// <summary>What a jury president types when deciding.</summary>
internal sealed record DecideForm
{
    /// <summary>The revision that was shown: two who decide at once do not overwrite each other unseen.</summary>
    public string? Revision { get; set; }

    public string? Decision { get; set; }

    public string? PenaltyCode { get; set; }

    public string? Note { get; set; }

    public DecideIncident Message(Guid incident) =>
        new(Decision ?? "", Decision == Decisions.PenaltyApplied ? PageForms.Typed(PenaltyCode) : null, PageForms.Typed(Note))
        {
            IncidentUuid = incident,
            IfMatch = Revision is null ? null : $"\"{Revision}\"",
        };
}
