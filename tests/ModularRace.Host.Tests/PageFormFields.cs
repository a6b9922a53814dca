using Fields = System.Collections.Generic.Dictionary<string, string>;

namespace ModularRace.Host.Tests;

/// <summary>What a form of a page has to say so that the rights on the very competition are looked at; of the others nothing.</summary>
internal static class PageFormFields
{
    private const string Competition = "/competitions/{competitionUuid:guid}", Race = "/races/{raceUuid:guid}", Incident = "/incidents/{incidentUuid:guid}", Desk = Race + "/incidents/{incidentUuid:guid?}", Nowhere = "0197f2a0-0000-7000-8000-000000000001";

    private static readonly Dictionary<string, Func<Fields, Fields>> Forms = new(StringComparer.Ordinal)
    {
        [$"{Competition}/penalties?handler=Add"] = _ => new() { ["Line.Code"] = "M9", ["Line.Name"] = "Gate missed" },
        [$"{Competition}/penalties?handler=Edit"] = _ => new() { ["lineUuid"] = Nowhere, ["Line.Code"] = "M9", ["Line.Name"] = "Gate missed" },
        [$"{Competition}/penalties?handler=Remove"] = _ => new() { ["lineUuid"] = Nowhere },
        [$"{Competition}/phrases?handler=Add"] = _ => new() { ["Line.Text"] = "Gate missed" },
        [$"{Competition}/phrases?handler=Edit"] = _ => new() { ["lineUuid"] = Nowhere, ["Line.Text"] = "Gate missed" },
        [$"{Competition}/phrases?handler=Remove"] = _ => new() { ["lineUuid"] = Nowhere },
        [$"{Competition}?handler=Edit"] = _ => OfCompetition("Here"),
        [$"{Competition}?handler=AddRace"] = _ => new() { ["Race.Name"] = "Sprint", ["Race.Discipline"] = "sprint" },
        [$"{Competition}/erasure?handler=Erase"] = _ => new() { ["Whose"] = "all", ["Confirm"] = "Not its name" },
        [$"{Competition}/erasure?handler=Rule"] = _ => new() { ["Days"] = "400" },
        ["/competitions/new"] = _ => OfCompetition("One more"),
        ["/merging/{uuid:guid}?handler=Merge"] = k => new() { ["Into"] = k["other competition"] },
        [$"{Race}?handler=Edit"] = _ => new() { ["Race.Name"] = "Sprint", ["Race.Discipline"] = "sprint" },
        [$"{Race}?handler=AddLocation"] = _ => new() { ["Location.Name"] = $"Gate {WatchfulCloud.NewUuid()}" },
        [$"{Race}?handler=EditLocation"] = k => new() { ["locationUuid"] = k["locations"], ["Location.Name"] = "Gate 3" },
        [$"{Race}?handler=RemoveLocation"] = k => new() { ["locationUuid"] = k["locations"] },
        [$"{Desk}?handler=Report"] = k => new() { ["Report.BibNumber"] = "18", ["Report.RaceLocationUuid"] = k["locations"] },
        [$"{Desk}?handler=Add"] = k => new() { ["Report.BibNumber"] = "17", ["Report.RaceLocationUuid"] = k["locations"], ["Report.Description"] = "Seen too" },
        [$"{Desk}?handler=Withdraw"] = k => new() { ["reportUuid"] = k["reports"], ["reason"] = "A test" },
        [$"{Desk}?handler=Decide"] = _ => new() { ["Decide.Decision"] = "no_action", ["Decide.Note"] = "A test" },
        [$"{Incident}/correct"] = _ => new() { ["Mine.Description"] = "Seen from above", ["Was.Description"] = "" },
        [$"{Incident}/merge"] = k => new() { ["With"] = k["other incident"], ["note"] = "A test" },
        [$"{Incident}/split"] = k => new() { ["Chosen"] = k["other incident"], ["note"] = "A test" },
        [$"{Incident}/why?handler=Undo"] = k => new() { ["merge"] = k["merges"] },
        ["/merges?handler=Undo"] = k => new() { ["merge"] = k["merges"] },
        ["/conflicts?handler=Resolve"] = k => new() { ["conflict"] = k["conflicts"], ["choice"] = "cloud_wins", ["shown"] = "" },
        ["/conflicts?handler=Many"] = k => new() { ["resolution"] = "cloud_wins", ["chosen"] = k["conflicts"] },
        ["/suggestions"] = k => new() { ["suggestion"] = k["suggestions"], ["action"] = "dismiss" },
        ["/quarantine?handler=Accept"] = k => new() { ["entry"] = k["quarantine"] },
        ["/quarantine?handler=SetAside"] = k => new() { ["entry"] = k["quarantine"], ["note"] = "A test" },
        ["/devices?handler=Pair"] = k => new() { ["Pairing.Name"] = "One more", ["Pairing.Scope"] = "some", ["Pairing.CompetitionUuids"] = k["competitions"] },
        ["/devices?handler=Change"] = k => new() { ["deviceUuid"] = k["devices"], ["Device.Name"] = "The device in question", ["Device.Scope"] = "some", ["Device.CompetitionUuids"] = k["competitions"] },
        ["/devices?handler=Revoke"] = k => new() { ["deviceUuid"] = k["devices"] },
        ["/people?handler=Make"] = _ => new() { ["Form.Name"] = "One more", ["Form.Email"] = $"{WatchfulCloud.NewUuid()}@example.org" },
        ["/api-keys?handler=Make"] = _ => new() { ["Form.Name"] = "One more", ["Form.Role"] = "viewer" },
        ["/api-keys?handler=End"] = k => new() { ["key"] = k["api-keys"] },
        ["/webhooks?handler=Change"] = OfWebhook,
        ["/webhooks?handler=Secret"] = OfWebhook,
        ["/webhooks?handler=Test"] = OfWebhook,
    };

    /// <summary>What the form at an address, with its handler, has to say.</summary>
    /// <param name="name">As the table has it.</param>
    /// <param name="known">What there is, by the word for it.</param>
    public static IReadOnlyDictionary<string, string> Of(string name, Fields known) => Forms.TryGetValue(name["POST ".Length..], out var make) ? make(known) : new Fields(StringComparer.Ordinal);

    /// <summary>Those that no page of the cloud takes: it changed, or its fields here are dead.</summary>
    public static IEnumerable<string> Unknown(IEnumerable<string> names) => Forms.Keys.Except(names.Select(n => n["POST ".Length..]), StringComparer.Ordinal);

    private static Fields OfCompetition(string name) => new() { ["Form.Name"] = name, ["Form.Country"] = "ITA", ["Form.StartDate"] = "2026-02-08", ["Form.EndDate"] = "2026-02-08", ["Form.TimeZone"] = "Europe/Rome" };

    private static Fields OfWebhook(Fields known) => new() { ["Webhook"] = known["webhooks"], ["Form.Name"] = "Scoreboard", ["Form.Url"] = "https://example.org/hook", ["Form.Events"] = "incident.decided" };
}
