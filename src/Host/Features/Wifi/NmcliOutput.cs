using System.Globalization;
using System.Text;

namespace ModularRace.Host.Features.Wifi;

/// <summary>One access point that is in reach.</summary>
/// <param name="Ssid">The network's name; null: it hides it, or it is no text.</param>
/// <param name="Strength">0 to 100.</param>
/// <param name="Security">As nmcli says it, such as <c>WPA1 WPA2</c>; empty: open.</param>
internal sealed record AccessPoint(bool InUse, string? Ssid, int Strength, string Security);

/// <summary>What <c>nmcli -t</c> writes: fields between colons, in which a colon and a backslash have a backslash before them.</summary>
internal static class NmcliOutput
{
    public static IReadOnlyList<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && i + 1 < line.Length) field.Append(line[++i]);
            else if (line[i] == ':')
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else field.Append(line[i]);
        }

        fields.Add(field.ToString());
        return fields;
    }

    public static IEnumerable<string> Lines(string output) => output.Split('\n').Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0);

    /// <summary>Of <c>-f IN-USE,SSID-HEX,SIGNAL,SECURITY,MODE device wifi list</c>. Names are taken from their bytes: what the command makes of odd ones is for people.</summary>
    public static IReadOnlyList<AccessPoint> AccessPoints(string output) =>
    [
        .. from line in Lines(output)
           let fields = Fields(line)
           where fields.Count >= 5 && fields[4] == "Infra"
           select new AccessPoint(
               fields[0].Trim() == "*", Name(fields[1]), int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var strength) ? Math.Min(strength, 100) : 0, fields[3].Trim()),
    ];

    /// <summary>Of <c>-f connection.uuid,802-11-wireless.ssid connection show</c>, which here writes one property a line, and what it holds as it is.</summary>
    public static IReadOnlyList<(string Uuid, string Ssid)> Profiles(string output)
    {
        var profiles = new List<(string, string)>();
        string? uuid = null;
        foreach (var line in Lines(output))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            var value = line[(colon + 1)..];
            if (line.StartsWith("connection.uuid:", StringComparison.Ordinal)) uuid = value;
            else if (uuid is not null && line.StartsWith("802-11-wireless.ssid:", StringComparison.Ordinal)) profiles.Add((uuid, value));
        }

        return profiles;
    }

    private static string? Name(string hex)
    {
        try
        {
            var name = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(Convert.FromHexString(hex.Trim()));
            return name.Length == 0 || name.Any(char.IsControl) ? null : name;
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }
}
