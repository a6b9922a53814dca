using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ModularRace.Sync.Domain.OnDevice.Clock;

/// <summary>The clock that nobody sets: milliseconds since a boot that has a name. Tests turn it.</summary>
internal interface IBootClock
{
    Guid BootId { get; }

    long MonotonicMs { get; }
}

/// <summary>Linux's own: the boot id of the kernel, and CLOCK_BOOTTIME, which goes on while the machine sleeps.</summary>
internal sealed partial class LinuxBootClock(TimeProvider time) : IBootClock
{
    private const int ClockBootTime = 7;
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    // Elsewhere (a developer's machine) the process stands for the boot: a restart then counts as a reboot, which is safe.
    public Guid BootId { get; } =
        File.Exists(BootIdFile) && Guid.TryParse(File.ReadAllText(BootIdFile), out var boot) ? boot : Shared.Identifiers.Uuids.New(time);

    public long MonotonicMs =>
        OperatingSystem.IsLinux() && ReadBootTime() is { } now ? now : (long)time.GetElapsedTime(0).TotalMilliseconds;

    [SupportedOSPlatform("linux")]
    private static long? ReadBootTime() => GetTime(ClockBootTime, out var now) == 0 ? (now.Seconds * 1000L) + (now.Nanoseconds / 1_000_000L) : null;

    // nint: "long" of the platform's C.
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetTime(int clock, out TimeSpec now);
}
