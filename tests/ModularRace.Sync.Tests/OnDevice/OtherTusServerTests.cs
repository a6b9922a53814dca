using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Shared.Identifiers;
using ModularRace.Sync.Domain.OnDevice.Clock;
using ModularRace.Sync.Domain.OnDevice.Link;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>What a Pi sends is tus as others understand it: the tus project's own server takes it, piece by piece, and holds the same bytes.</summary>
public sealed class OtherTusServerTests(OtherTusServerTests.Pi pi) : IClassFixture<OtherTusServerTests.Pi>
{
    [Fact]
    public async Task The_tus_projects_server_holds_what_the_Pi_sent_in_pieces_of_which_some_ended_early()
    {
        var clip = ClipFiles.Mp4(1_500_000, seed: 77);
        var folder = Directory.CreateTempSubdirectory("modularrace-tus-");
        try
        {
            using var server = await StartAsync(folder.FullName);
            var access = new CloudAccess(new Uri($"http://127.0.0.1:{server.Port}"), Uuids.New(TimeProvider.System), "token");
            var at = await pi.InScope(async scope =>
            {
                var link = scope.GetRequiredService<CloudLink>();
                var stands = await link.BeginClipAsync(access, Uuids.New(TimeProvider.System), ClipFiles.Sha256(clip), clip.Length, "video/mp4", CancellationToken.None);
                for (var piece = 1; stands.Offset < clip.Length; piece++)
                {
                    // Every second one ends after some reads of the file: its length was left open.
                    var turn = new ClipTurn();
                    using var file = new EndingStream(clip, piece % 2 == 0 ? 7 : int.MaxValue, turn.End);
                    stands = await link.SendClipAsync(access, stands, new ClipPiece(file, stands.Offset, Math.Min(200_000, clip.Length - stands.Offset), turn, TimeProvider.System), CancellationToken.None);
                    Assert.InRange(piece, 1, 40);
                }

                return stands;
            });

            Assert.Equal(clip, await File.ReadAllBytesAsync(Path.Combine(folder.FullName, at.Upload.ToString()), TestContext.Current.CancellationToken));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<RunningServer> StartAsync(string folder)
    {
        var programs = Checkout.PathOf("tests", "tus-programs");
        // Another test may have put them there.
        if (!Directory.Exists(Path.Combine(programs, "node_modules", "@tus", "server")))
        {
            using var install = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]) { WorkingDirectory = programs, UseShellExecute = false })!;
            await install.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, install.ExitCode);
        }

        var process = Process.Start(new ProcessStartInfo("node", ["server.mjs", folder]) { WorkingDirectory = programs, RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false })!;
        return new RunningServer(process, int.Parse((await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, CultureInfo.InvariantCulture));
    }

    private sealed record RunningServer(Process Process, int Port) : IDisposable
    {
        public void Dispose()
        {
            if (!Process.HasExited) Process.Kill();
            Process.Dispose();
        }
    }

    /// <summary>After so many reads somebody else wants the link.</summary>
    private sealed class EndingStream(byte[] bytes, int reads, Action end) : MemoryStream(bytes)
    {
        private int read;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (++read >= reads) end();
            return base.ReadAsync(buffer, cancellationToken);
        }
    }

    public sealed class Pi : PiModules
    {
        protected override void Configure(IServiceCollection services) => services.AddSingleton<IBootClock>(new FakeBoot());
    }
}
