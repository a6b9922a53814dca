using System.Text.RegularExpressions;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Features.Wifi;

/// <summary>The Wi-Fi of this machine.</summary>
/// <param name="State"><c>ready</c>; else why there is none: <c>no_program</c> (no NetworkManager), <c>not_running</c>, <c>no_adapter</c>, <c>switched_off</c>, <c>blocked</c> (by a switch of the machine).</param>
/// <param name="InUse">The network that this machine is in; null: none.</param>
/// <param name="Connectivity">What is behind it, as NetworkManager judges: <c>full, portal</c> (a sign-in page), <c>limited, none, unknown</c>.</param>
/// <param name="Networks">The one in use, then those that are known, then by strength.</param>
internal sealed record WifiView(string State, string? InUse, string Connectivity, IReadOnlyList<WifiNetwork> Networks);

/// <param name="Strength">Of its best access point, 0 to 100.</param>
/// <param name="Security"><c>open</c>, <c>password</c>, <c>enterprise</c> (asks for a user's name: not from this screen) or <c>unsupported</c>.</param>
/// <param name="Known">Connected to before: it needs no password.</param>
internal sealed record WifiNetwork(string Ssid, int Strength, string Security, bool InUse, bool Known);

/// <summary>Reads and chooses this machine's Wi-Fi by NetworkManager. One change at a time.</summary>
internal sealed partial class WifiNetworks(INmcli nmcli)
{
    public const string Open = "open", Password = "password", Enterprise = "enterprise", Unsupported = "unsupported";

    /// <summary>How long a network may take to let this machine in and give it an address.</summary>
    private static readonly TimeSpan Joining = TimeSpan.FromSeconds(40), Asking = TimeSpan.FromSeconds(20);

    private int changing;

    /// <param name="rescan">Whether the air is looked at anew, which takes seconds; else what was heard lately serves.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    public async Task<WifiView> ReadAsync(bool rescan, CancellationToken cancellationToken)
    {
        var general = await nmcli.RunAsync(["-t", "-f", "STATE,CONNECTIVITY,WIFI-HW,WIFI", "general", "status"], null, Asking, cancellationToken);
        if (general is null) return None("no_program");
        if (!general.Ok) return None("not_running");
        var status = NmcliOutput.Fields(NmcliOutput.Lines(general.Output).FirstOrDefault() ?? "");
        var connectivity = status.Count > 1 && status[1] is "full" or "portal" or "limited" or "none" ? status[1] : "unknown";
        WifiView Without(string state) => None(state) with { Connectivity = connectivity };
        if (await DeviceAsync(cancellationToken) is null) return Without("no_adapter");
        if (status.Count > 3 && status[2] == "disabled") return Without("blocked");
        if (status.Count > 3 && status[3] == "disabled") return Without("switched_off");

        var points = await PointsAsync(rescan, cancellationToken);
        var known = (await ProfilesAsync(cancellationToken)).Select(p => p.Ssid).ToHashSet(StringComparer.Ordinal);
        var networks = points.Where(p => p.Ssid is not null).GroupBy(p => p.Ssid!, StringComparer.Ordinal)
            .Select(n => new WifiNetwork(n.Key, n.Max(p => p.Strength), Needs(n), n.Any(p => p.InUse), known.Contains(n.Key)))
            .OrderByDescending(n => n.InUse).ThenByDescending(n => n.Known).ThenByDescending(n => n.Strength).ThenBy(n => n.Ssid, StringComparer.Ordinal)
            .ToList();
        return new WifiView("ready", networks.Find(n => n.InUse)?.Ssid, connectivity, networks);
    }

    /// <summary>Connects, and keeps the network for the next time. Where it fails, what was kept before stays, and nothing new does.</summary>
    public async Task ConnectAsync(string ssid, string? password, bool hidden, CancellationToken cancellationToken)
    {
        await ChangeAsync(async () =>
        {
            var device = await DeviceAsync(cancellationToken) ?? throw Problem.Conflict("wifi_unavailable", "This machine has no Wi-Fi that can be chosen.");
            var known = (await ProfilesAsync(cancellationToken)).Where(p => p.Ssid == ssid).Select(p => p.Uuid).ToList();
            var points = (await PointsAsync(rescan: false, cancellationToken)).Where(p => p.Ssid == ssid).ToList();
            if (points.Count == 0 && !hidden && known.Count == 0) throw NotInReach();
            if (password is null && known.Count > 0)
            {
                Told(await UpAsync(known[0], null, cancellationToken));
                return;
            }

            var needs = points.Count > 0 ? Needs(points) : password is null ? Open : Password;
            if (needs is Enterprise or Unsupported) throw Problem.Conflict("wifi_enterprise", "This network asks for more than a password: it cannot be chosen on this screen.");
            if (needs == Password && password is null) throw Problem.Conflict("wifi_password", "This network asks for its password.");
            var made = await AddAsync(device, ssid, KeyManagement(needs, points), hidden, cancellationToken);
            try
            {
                Told(await UpAsync(made, needs == Password ? password : null, cancellationToken));
            }
            catch
            {
                // A password that was wrong is not tried again by itself; nor does a profile without one stay.
                await nmcli.RunAsync(["connection", "delete", "uuid", made], null, Asking, CancellationToken.None);
                throw;
            }

            foreach (var old in known) await nmcli.RunAsync(["connection", "delete", "uuid", old], null, Asking, cancellationToken);
        });
    }

    /// <summary>Its password is not kept any more, and this machine does not go back to it by itself. Again: unchanged.</summary>
    public async Task ForgetAsync(string ssid, CancellationToken cancellationToken) => await ChangeAsync(async () =>
    {
        foreach (var (uuid, _) in (await ProfilesAsync(cancellationToken)).Where(p => p.Ssid == ssid))
            Told(await nmcli.RunAsync(["connection", "delete", "uuid", uuid], null, Asking, cancellationToken));
    });

    public async Task SwitchOnAsync(CancellationToken cancellationToken) =>
        await ChangeAsync(async () => Told(await nmcli.RunAsync(["radio", "wifi", "on"], null, Asking, cancellationToken)));

    private static WifiView None(string state) => new(state, null, "unknown", []);

    private async Task ChangeAsync(Func<Task> change)
    {
        if (Interlocked.CompareExchange(ref changing, 1, 0) != 0) throw Problem.Conflict("wifi_busy", "Another network is being chosen at this moment.");
        try
        {
            await change();
        }
        finally
        {
            Volatile.Write(ref changing, 0);
        }
    }

    private async Task<string?> DeviceAsync(CancellationToken cancellationToken) =>
        await nmcli.RunAsync(["-t", "-f", "DEVICE,TYPE,STATE", "device", "status"], null, Asking, cancellationToken) is { Ok: true } answer
            ? NmcliOutput.Lines(answer.Output).Select(NmcliOutput.Fields).FirstOrDefault(f => f.Count >= 3 && f[1] == "wifi" && f[2] != "unmanaged")?[0]
            : null;

    private async Task<IReadOnlyList<AccessPoint>> PointsAsync(bool rescan, CancellationToken cancellationToken) =>
        await nmcli.RunAsync(["-t", "-f", "IN-USE,SSID-HEX,SIGNAL,SECURITY,MODE", "device", "wifi", "list", "--rescan", rescan ? "yes" : "auto"], null, Asking, cancellationToken) is { Ok: true } answer
            ? NmcliOutput.AccessPoints(answer.Output)
            : [];

    private async Task<IReadOnlyList<(string Uuid, string Ssid)>> ProfilesAsync(CancellationToken cancellationToken)
    {
        if (await nmcli.RunAsync(["-t", "-f", "UUID,TYPE", "connection", "show"], null, Asking, cancellationToken) is not { Ok: true } all) return [];
        var wifi = NmcliOutput.Lines(all.Output).Select(NmcliOutput.Fields).Where(f => f is [_, "802-11-wireless" or "wifi", ..]).SelectMany(f => new[] { "uuid", f[0] }).ToList();
        if (wifi.Count == 0) return [];
        return await nmcli.RunAsync(["-t", "-f", "connection.uuid,802-11-wireless.ssid", "connection", "show", .. wifi], null, Asking, cancellationToken) is { Ok: true } answer
            ? NmcliOutput.Profiles(answer.Output)
            : [];
    }

    private async Task<string> AddAsync(string device, string ssid, string? keyManagement, bool hidden, CancellationToken cancellationToken)
    {
        var answer = await nmcli.RunAsync(
            [
                "-t", "connection", "add", "type", "wifi", "con-name", ssid, "ifname", device, "ssid", ssid, "connection.auth-retries", "1",
                .. keyManagement is null ? Array.Empty<string>() : ["wifi-sec.key-mgmt", keyManagement],
                .. hidden ? ["wifi.hidden", "yes"] : Array.Empty<string>(),
            ],
            null, Asking, cancellationToken);
        Told(answer);
        return Made().Match(answer!.Output) is { Success: true } match ? match.Groups["uuid"].Value : throw Failed();
    }

    /// <summary>R15: the password goes by the command's input, where nobody else on the machine sees it.</summary>
    private Task<NmcliAnswer?> UpAsync(string uuid, string? password, CancellationToken cancellationToken) => nmcli.RunAsync(
        ["--wait", "35", "connection", "up", "uuid", uuid, .. password is null ? Array.Empty<string>() : ["passwd-file", "/dev/stdin"]],
        password is null ? null : $"802-11-wireless-security.psk:{password}", Joining, cancellationToken);

    private static string Needs(IEnumerable<AccessPoint> points)
    {
        // The best that any of its access points takes: of one name some may be old.
        var needs = points.Select(p => p.Security switch
        {
            var s when s.Contains("802.1X", StringComparison.Ordinal) => Enterprise,
            var s when s.Contains("WPA", StringComparison.Ordinal) => Password,
            "" or "--" => Open,
            var s when s.Contains("OWE", StringComparison.Ordinal) => Open,
            _ => Unsupported,
        }).ToHashSet(StringComparer.Ordinal);
        return needs.Contains(Password) ? Password : needs.Contains(Enterprise) ? Enterprise : needs.Contains(Open) ? Open : Unsupported;
    }

    private static string? KeyManagement(string needs, List<AccessPoint> points) => needs switch
    {
        // WPA3 alone where nothing of that name takes less.
        Password => points.Count > 0 && points.Where(p => p.Security.Contains("WPA", StringComparison.Ordinal)).All(p => p.Security == "WPA3") ? "sae" : "wpa-psk",
        _ => points.Count > 0 && points.All(p => p.Security.Contains("OWE", StringComparison.Ordinal) && !p.Security.Contains("OWE-TM", StringComparison.Ordinal)) ? "owe" : null,
    };

    /// <summary>What NetworkManager said, for a referee.</summary>
    private static void Told(NmcliAnswer? answer)
    {
        if (answer is { Ok: true }) return;
        var said = answer?.Error ?? "";
        bool Says(string words) => said.Contains(words, StringComparison.OrdinalIgnoreCase);
        throw answer switch
        {
            null or { Code: NmcliAnswer.NotRunning } => Problem.Conflict("wifi_unavailable", "This machine has no Wi-Fi that can be chosen."),
            _ when Says("Secrets were required") || Says("802.1X supplicant") || Says("invalid password") || Says("psk: property is invalid") => Problem.Conflict("wifi_password", "The network did not take this password."),
            _ when Says("could not be found") || Says("No network with SSID") => NotInReach(),
            _ when Says("IP configuration could not be reserved") => Problem.Conflict("wifi_no_address", "The network let this Pi in, and gave it no address."),
            _ when Says("not authorized") || Says("Insufficient privileges") => Problem.Conflict("wifi_not_allowed", "This Pi may not change its Wi-Fi: it is not set up for it."),
            { Code: NmcliAnswer.TookTooLong } => Problem.Conflict("wifi_slow", "The network did not answer in time. Go nearer to it, or try again."),
            _ => Failed(),
        };
    }

    private static Problem NotInReach() => Problem.Conflict("wifi_gone", "This network is not in reach any more.");

    private static Problem Failed() => Problem.Conflict("wifi_failed", "The connection did not come about.");

    [GeneratedRegex("(?<uuid>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Made();
}
