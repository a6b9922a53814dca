using Microsoft.AspNetCore.Mvc.ViewFeatures;

namespace ModularRace.Shared.Web;

/// <summary>What the bar above a desk page says: the competition, and where its incidents are.</summary>
/// <param name="CompetitionUuid">The competition that the page is about.</param>
/// <param name="Name">Its name.</param>
/// <param name="FirstDay">Its first day at the venue.</param>
/// <param name="LastDay">Its last day at the venue.</param>
/// <param name="TimeZone">The venue's, IANA: every time on the desk is shown in it.</param>
/// <param name="RaceUuid">The race that "Incidents" leads to; null: there is none yet.</param>
public sealed record DeskBar(Guid CompetitionUuid, string Name, DateOnly FirstDay, DateOnly LastDay, string TimeZone, Guid? RaceUuid)
{
    private const string Key = "Desk";

    /// <summary>Tells the layout.</summary>
    public void Show(ViewDataDictionary viewData) => viewData[Key] = this;

    /// <summary>What the page told; null: it is about no competition.</summary>
    public static DeskBar? Of(ViewDataDictionary viewData) => viewData[Key] as DeskBar;
}
