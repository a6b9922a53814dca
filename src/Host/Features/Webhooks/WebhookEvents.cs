using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Host.Features.Webhooks;

/// <summary>What a webhook may be told.</summary>
internal static class WebhookEvents
{
    public const string IncidentOfficial = "incident.official", IncidentDecided = "incident.decided", DeviceSilent = "device.silent", DeviceBack = "device.back", DeviceRevoked = "device.revoked";

    /// <summary>Sent by hand, whatever was asked for.</summary>
    public const string Test = "webhook.test";

    public static readonly IReadOnlyList<string> All = [IncidentOfficial, IncidentDecided, DeviceSilent, DeviceBack, DeviceRevoked];

    /// <summary>As the desk calls it.</summary>
    public static string Words(string name) => name switch
    {
        IncidentOfficial => Say("An incident is official"),
        IncidentDecided => Say("A decision, also anew or reopened"),
        DeviceSilent => Say("A Pi is silent during its race"),
        DeviceBack => Say("A silent Pi is back"),
        DeviceRevoked => Say("A Pi was revoked"),
        Test => Say("A test"),
        _ => name,
    };
}
