using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ModularRace.RaceDay.Tests;

/// <summary>
/// The link between a Pi and the cloud, as a TCP proxy that a test cuts where it wants: down altogether, or after any byte of
/// an upload or of its answer.
/// </summary>
internal sealed class MountainLink : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly HashSet<Wire> wires = [];
    private readonly Uri target;
    private readonly Task accepting;
    private int uploadBytesToPass = -1, answerBytesToPass = -1, clipBytesToPass = -1;
    private long clipBytes;
    private bool politely;

    public MountainLink(Uri target)
    {
        this.target = target;
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = AcceptAsync();
    }

    /// <summary>What the Pi is told the cloud's address is.</summary>
    public Uri Address { get; }

    public bool IsUp { get; private set; } = true;

    /// <summary>How often something was cut or lost as asked.</summary>
    public int Cuts { get; private set; }

    public void GoDown()
    {
        IsUp = false;
        CutAll();
    }

    public void ComeBack() => IsUp = true;

    /// <summary>Cuts the next upload after so many bytes of it, counted from its request line; one that is shorter is let through.</summary>
    /// <param name="end">The sender hears of an end, not of a reset.</param>
    public void CutNextUploadAfter(int bytes, bool end = false) => (politely, uploadBytesToPass, answerBytesToPass) = (end, bytes, -1);

    /// <summary>The cloud takes the next upload and answers, and so many bytes of the answer arrive.</summary>
    public void CutNextUploadAnswerAfter(int bytes, bool end = false) => (politely, uploadBytesToPass, answerBytesToPass) = (end, -1, bytes);

    /// <summary>The cloud takes the next upload and answers, and no byte of the answer arrives.</summary>
    public void LoseNextUploadAnswer() => CutNextUploadAnswerAfter(0);

    /// <summary>Cuts after so many bytes of clips from now on.</summary>
    public void CutClipAfter(int bytes, bool end = false) => (politely, clipBytesToPass) = (end, bytes);

    /// <summary>Waited for before each piece of a clip is passed on: a link on which clips are slow. Null: none.</summary>
    public Func<Task>? PauseClips { get; set; }

    /// <summary>Bytes that carried clips so far, heads of requests included.</summary>
    public long ClipBytes => Interlocked.Read(ref clipBytes);

    /// <summary>What was to be cut and was not is let through.</summary>
    public void CutNoMore() => (uploadBytesToPass, answerBytesToPass, clipBytesToPass) = (-1, -1, -1);

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        CutAll();
        await accepting;
        ending.Dispose();
    }

    private void CutAll()
    {
        Wire[] all;
        lock (wires) all = [.. wires];
        foreach (var wire in all) wire.Cut();
    }

    private async Task AcceptAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync(ending.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            if (!IsUp)
            {
                client.LingerState = new LingerOption(true, 0);
                client.Dispose();
                continue;
            }

            _ = CarryAsync(client);
        }
    }

    private async Task CarryAsync(Socket client)
    {
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var wire = new Wire(client, server);
        try
        {
            await server.ConnectAsync(target.Host, target.Port);
            lock (wires) wires.Add(wire);
            await Task.WhenAll(OrCut(UpAsync(wire), wire), OrCut(DownAsync(wire), wire));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // a wire that is cut ends like this
        }
        finally
        {
            lock (wires) wires.Remove(wire);
            wire.Cut();
        }
    }

    /// <summary>One end that is gone is gone for the other, too: a process that is killed resets its connections.</summary>
    private static async Task OrCut(Task carrying, Wire wire)
    {
        try
        {
            await carrying;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            wire.Cut();
        }
    }

    private async Task UpAsync(Wire wire)
    {
        var buffer = new byte[16 * 1024];
        while (await wire.Client.ReceiveAsync(buffer) is > 0 and var count)
        {
            var beginning = Encoding.ASCII.GetString(buffer, 0, Math.Min(count, 40));
            if (beginning.StartsWith("POST /api/v1/sync/upload", StringComparison.Ordinal)) (wire.CarriesUpload, wire.CarriesClip) = (true, false);
            else if (beginning.StartsWith("PATCH /api/v1/clips", StringComparison.Ordinal)) (wire.CarriesUpload, wire.CarriesClip) = (false, true);
            else if (beginning.StartsWith("GET ", StringComparison.Ordinal) || beginning.StartsWith("POST /api/v1/", StringComparison.Ordinal)) (wire.CarriesUpload, wire.CarriesClip) = (false, false);

            if (wire.CarriesClip)
            {
                if (PauseClips is { } pause) await pause();
                var pass = clipBytesToPass < 0 ? count : Math.Min(count, clipBytesToPass);
                Interlocked.Add(ref clipBytes, pass);
                if (pass > 0) await wire.Server.SendAsync(buffer.AsMemory(0, pass));
                if (clipBytesToPass >= 0) clipBytesToPass -= pass;
                if (pass == count) continue;
                clipBytesToPass = -1;
                Cuts++;
                wire.Cut(politely);
                return;
            }

            if (wire.CarriesUpload && uploadBytesToPass >= 0)
            {
                var pass = Math.Min(count, uploadBytesToPass);
                uploadBytesToPass -= pass;
                if (pass > 0) await wire.Server.SendAsync(buffer.AsMemory(0, pass));
                if (pass < count)
                {
                    uploadBytesToPass = -1;
                    Cuts++;
                    wire.Cut(politely);
                    return;
                }

                continue;
            }

            await wire.Server.SendAsync(buffer.AsMemory(0, count));
        }

        wire.Server.Shutdown(SocketShutdown.Send);
    }

    private async Task DownAsync(Wire wire)
    {
        var buffer = new byte[16 * 1024];
        while (await wire.Server.ReceiveAsync(buffer) is > 0 and var count)
        {
            if (wire.CarriesUpload && answerBytesToPass >= 0)
            {
                var pass = Math.Min(count, answerBytesToPass);
                answerBytesToPass -= pass;
                if (pass > 0) await wire.Client.SendAsync(buffer.AsMemory(0, pass));
                if (pass < count)
                {
                    answerBytesToPass = -1;
                    Cuts++;
                    wire.Cut(politely);
                    return;
                }

                continue;
            }

            await wire.Client.SendAsync(buffer.AsMemory(0, count));
        }

        wire.Client.Shutdown(SocketShutdown.Send);
    }

    private sealed class Wire(Socket client, Socket server)
    {
        public Socket Client => client;

        public Socket Server => server;

        public bool CarriesUpload { get; set; }

        public bool CarriesClip { get; set; }

        /// <summary>A reset: what is in flight is lost. Or an end, after what was sent.</summary>
        public void Cut(bool politely = false)
        {
            foreach (var socket in new[] { client, server })
            {
                try
                {
                    if (politely) socket.Shutdown(SocketShutdown.Both);
                    else socket.LingerState = new LingerOption(true, 0);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // gone already
                }

                socket.Dispose();
            }
        }
    }
}
