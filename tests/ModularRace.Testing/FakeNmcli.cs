using System.Text;

namespace ModularRace.Testing;

/// <summary>
/// A small program that plays NetworkManager's command: a machine with one Wi-Fi adapter, the networks below in reach, one of
/// them known. It notes how it was called and what it was given to read. What it writes is of the form of nmcli 1.42.
/// </summary>
public sealed class FakeNmcli : IDisposable
{
    public const string RightPassword = "piste:nera \\ 7$(id)", KnownUuid = "6f7d2c1e-0b1a-4d0c-9a55-0c7a1f2b3c4d", MadeUuid = "11111111-2222-4333-8444-555555555555";

    private const string Program = """
        #!/bin/bash
        cd "$(dirname "$0")" || exit 99
        printf '%q ' "$@" >>calls; echo >>calls
        printf '%s' "$LC_ALL" >language
        case "$*" in
          *"general status") cat general ;;
          *"device status") cat devices ;;
          *"device wifi list"*) cat list ;;
          *"-f UUID,TYPE connection show") cat types ;;
          *"802-11-wireless.ssid connection show uuid"*) cat profiles ;;
          *"connection add"*)
            echo "Connection 'x' (11111111-2222-4333-8444-555555555555) successfully added." ;;
          *"connection up"*)
            case "$*" in *passwd-file*) cat "${@: -1}" >given ;; esac
            if [ -e refuses ]; then cat refuses >&2; exit 4; fi
            if [ -e given ] && [ "$(cat given)" != "802-11-wireless-security.psk:$(cat right)" ]; then
              echo "Error: Connection activation failed: (7) Secrets were required, but not provided." >&2
              exit 4
            fi
            echo "Connection successfully activated" ;;
          *"connection delete uuid"*) echo "Connection successfully deleted." ;;
          *"radio wifi on") echo "disconnected:none:enabled:enabled" >general ;;
          *) echo "Error: argument not understood" >&2; exit 2 ;;
        esac
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("nmcli").FullName;

    public FakeNmcli()
    {
        Write("nmcli", Program.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(PathOf("nmcli"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Write("general", "connected:full:enabled:enabled\n");
        Write("devices", "wlan0:wifi:connected\np2p-dev-wlan0:wifi-p2p:disconnected\neth0:ethernet:unavailable\nlo:loopback:unmanaged\n");
        Write("types", $"{KnownUuid}:802-11-wireless\n0aa9e7f5-6f2f-3b0e-8a4d-3b1f8e2d9c11:802-3-ethernet\n");
        Write("profiles", $"connection.uuid:{KnownUuid}\n802-11-wireless.ssid:Race: Office\n");
        Write("list", string.Concat(
            Point("Race: Office", 71, "WPA2", inUse: true), Point("Race: Office", 40, "WPA1 WPA2"), Point("Café Köln 雪", 88, "WPA2 WPA3"), Point("", 60, "WPA2"),
            Point("Hotel Alpenblick", 55, ""), Point("uni\\mobil", 30, "WPA2 802.1X"), Point("iPhone of Rita", 64, "WPA3"), Point("Old", 20, "WEP"), "  :FFFE41:50:WPA2:Infra\n"));
        Write("right", RightPassword);
    }

    /// <summary>The program itself.</summary>
    public string ProgramPath => PathOf("nmcli");

    /// <summary>A PATH on which it is found first.</summary>
    public string SearchPath => $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";

    /// <summary>How it was called so far, each call on a line, as a shell would have to be told.</summary>
    public IReadOnlyList<string> Calls => [.. Read("calls").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(c => c.TrimEnd())];

    /// <summary>What the last connection was given to read.</summary>
    public string Given => Read("given");

    public static string Point(string ssid, int strength, string security, bool inUse = false) =>
        $"{(inUse ? "*" : " ")}:{Convert.ToHexString(Encoding.UTF8.GetBytes(ssid))}:{strength}:{security}:Infra\n";

    public void Write(string file, string text) => File.WriteAllText(PathOf(file), text);

    public string Read(string file) => File.Exists(PathOf(file)) ? File.ReadAllText(PathOf(file)) : "";

    public void Remove(string file) => File.Delete(PathOf(file));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string PathOf(string file) => Path.Combine(folder, file);
}
