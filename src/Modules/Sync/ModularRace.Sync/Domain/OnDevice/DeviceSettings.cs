using System.Globalization;
using Microsoft.Extensions.Configuration;
using ModularRace.Shared;

namespace ModularRace.Sync.Domain.OnDevice;

/// <summary>What the environment tells a Pi.</summary>
/// <param name="ServerUrl"><c>SYNC_SERVER_URL</c>: the cloud, until pairing stores one.</param>
/// <param name="Interval"><c>Sync__Interval</c>, five minutes.</param>
/// <param name="DeviceToken"><c>Sync__DeviceToken</c>: pairing without a screen.</param>
/// <param name="DeviceUuid"><c>Sync__DeviceUuid</c>, with the token.</param>
/// <param name="StickPath"><c>Stick__Path</c>: where a memory stick is mounted; null: none is looked for.</param>
/// <param name="GoodLinkBytesPerSecond"><c>Clips__GoodLinkBytesPerSecond</c>: from here on a link is good, where clips go on a good link only.</param>
internal sealed record DeviceSettings(string? ServerUrl, TimeSpan Interval, string? DeviceToken, Guid? DeviceUuid, string? StickPath = null, long GoodLinkBytesPerSecond = DeviceSettings.GoodLink)
{
    /// <summary>400 kbit/s: six seconds of video in less than a minute.</summary>
    public const long GoodLink = 50_000;

    public static DeviceSettings Read(IConfiguration configuration)
    {
        var interval = configuration["Sync:Interval"];
        var uuid = configuration["Sync:DeviceUuid"];
        var good = configuration["Clips:GoodLinkBytesPerSecond"];
        return new DeviceSettings(
            Blank(configuration["SYNC_SERVER_URL"]),
            string.IsNullOrWhiteSpace(interval)
                ? TimeSpan.FromMinutes(5)
                : TimeSpan.TryParse(interval, CultureInfo.InvariantCulture, out var every) && every >= TimeSpan.FromSeconds(1)
                    ? every
                    : throw new StartFailure($"Sync__Interval is '{interval}'; it is a time of a second or more, such as 00:05:00."),
            Blank(configuration["Sync:DeviceToken"]),
            string.IsNullOrWhiteSpace(uuid)
                ? null
                : Guid.TryParse(uuid, out var device) && device != Guid.Empty
                    ? device
                    : throw new StartFailure($"Sync__DeviceUuid is '{uuid}'; it is a UUID."),
            Blank(configuration["Stick:Path"]) is { } stick
                ? Path.IsPathFullyQualified(stick) ? stick : throw new StartFailure($"Stick__Path is '{stick}'; it is a full path, such as /media/stick.")
                : null,
            string.IsNullOrWhiteSpace(good)
                ? GoodLink
                : long.TryParse(good, NumberStyles.None, CultureInfo.InvariantCulture, out var rate) && rate > 0
                    ? rate
                    : throw new StartFailure($"Clips__GoodLinkBytesPerSecond is '{good}'; it is a number of bytes, such as {GoodLink}."));
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
