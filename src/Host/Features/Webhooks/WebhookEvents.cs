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
        IncidentOfficial => "An incident is official",
        IncidentDecided => "A decision, also anew or reopened",
        DeviceSilent => "A Pi is silent during its race",
        DeviceBack => "A silent Pi is back",
        DeviceRevoked => "A Pi was revoked",
        Test => "A test",
        _ => name,
    };
}
