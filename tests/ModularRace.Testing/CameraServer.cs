using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ModularRace.Testing;

/// <summary>
/// A network camera as ffmpeg meets one: RTSP 1.0 with RTP on the same connection (RFC 2326, 6184, 7798), a second of a moving
/// picture between two whole ones, over TLS where it is asked for, with a certificate that nobody signed, as cameras have them.
/// It sends as much as a test says, or as time goes by; it can break off, go away and come back.
/// </summary>
public sealed class CameraServer : IAsyncDisposable
{
    /// <summary>Pictures a second, and from one whole picture to the next.</summary>
    public const int Rate = 25;

    private const int MostOfPacket = 1400;
    private readonly List<byte[][]> pictures;
    private readonly bool hevc;
    private readonly string? credentials;
    private readonly X509Certificate2? certificate;
    private readonly List<Viewer> viewers = [];
    private TcpListener? listener;
    private TaskCompletionSource watched = New(), asked = New();
    private int at;

    private CameraServer(List<byte[][]> pictures, bool hevc, string? credentials, X509Certificate2? certificate) =>
        (this.pictures, this.hevc, this.credentials, this.certificate) = (pictures, hevc, credentials, certificate);

    public int Port { get; private set; }

    /// <summary>As a location has it.</summary>
    public string Address => $"rtsp{(certificate is null ? "" : "s")}://{(credentials is null ? "" : credentials + "@")}127.0.0.1:{Port}/main";

    /// <summary>How often somebody connected.</summary>
    public int Connections { get; private set; }

    /// <summary>How much of the film went to who connected last.</summary>
    public int SecondsSent
    {
        get
        {
            lock (viewers) return viewers.Count == 0 ? 0 : viewers[^1].Pictures / Rate;
        }
    }

    /// <param name="hevc">It gives H.265.</param>
    /// <param name="credentials"><c>name:password</c> that it asks for; null: none.</param>
    /// <param name="tls">It is reached over TLS alone.</param>
    public static async Task<CameraServer> StartAsync(bool hevc = false, string? credentials = null, bool tls = false)
    {
        var film = await FilmTools.StreamAsync(hevc);
        var camera = new CameraServer(Pictures(film, hevc), hevc, credentials, tls ? OwnCertificate() : null);
        camera.ComeBack();
        return camera;
    }

    /// <summary>It is switched on (again), at the same address.</summary>
    public void ComeBack()
    {
        listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _ = AcceptAsync(listener);
    }

    /// <summary>It is switched off: nobody is connected, and nobody can.</summary>
    public void GoAway()
    {
        listener!.Stop();
        lock (viewers)
        {
            foreach (var viewer in viewers) viewer.Dispose();
            viewers.Clear();
            watched = New();
        }
    }

    /// <summary>Ends when somebody watches.</summary>
    public Task WatchedAsync()
    {
        lock (viewers) return watched.Task;
    }

    /// <summary>Ends when somebody connects, from now on.</summary>
    public Task AskedAsync()
    {
        lock (viewers) return (asked = New()).Task;
    }

    /// <summary>So many seconds of the film go to whoever watches, at once.</summary>
    public async Task SendAsync(int seconds)
    {
        for (var picture = 0; picture < seconds * Rate; picture++) await SendPictureAsync();
    }

    /// <summary>Sends as a camera does, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / Rate));
        try
        {
            while (await pace.WaitForNextTickAsync(cancellationToken)) await SendPictureAsync();
        }
        catch (OperationCanceledException)
        {
            // Switched off.
        }
    }

    public ValueTask DisposeAsync()
    {
        GoAway();
        certificate?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static X509Certificate2 OwnCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=camera", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task SendPictureAsync()
    {
        Viewer[] now;
        lock (viewers) now = [.. viewers.Where(v => v.Plays)];
        var picture = pictures[at % pictures.Count];
        foreach (var viewer in now)
            try
            {
                await viewer.WriteAsync(viewer.Packets(picture, at, hevc));
                viewer.Pictures++;
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                lock (viewers) viewers.Remove(viewer);
            }

        at++;
    }

    private async Task AcceptAsync(TcpListener from)
    {
        try
        {
            while (true)
            {
                if (await GreetAsync(await from.AcceptTcpClientAsync()) is not { } viewer) continue;
                lock (viewers)
                {
                    viewers.Add(viewer);
                    Connections++;
                    asked.TrySetResult();
                }

                _ = ServeAsync(viewer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Switched off.
        }
    }

    /// <summary>Null: it did not speak TLS where it must.</summary>
    private async Task<Viewer?> GreetAsync(TcpClient client)
    {
        if (certificate is null) return new Viewer(client, client.GetStream());
        var stream = new SslStream(client.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(certificate);
            return new Viewer(client, stream);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await stream.DisposeAsync();
            client.Dispose();
            return null;
        }
    }

    private async Task ServeAsync(Viewer viewer)
    {
        try
        {
            while (await viewer.RequestAsync() is { } request) await viewer.WriteAsync(Encoding.ASCII.GetBytes(Answer(viewer, request)));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The other side is gone.
        }

        lock (viewers)
        {
            viewers.Remove(viewer);
            if (!viewers.Exists(v => v.Plays) && watched.Task.IsCompleted) watched = New();
        }

        viewer.Dispose();
    }

    private string Answer(Viewer viewer, string[] request)
    {
        var number = request.First(l => l.StartsWith("CSeq:", StringComparison.OrdinalIgnoreCase));
        string Said(string status, string headers = "", string body = "") =>
            $"RTSP/1.0 {status}\r\n{number}\r\n{headers}{(body.Length > 0 ? $"Content-Length: {body.Length}\r\n" : "")}\r\n{body}";
        if (credentials is not null && !request.Contains($"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(credentials)))}"))
            return Said("401 Unauthorized", "WWW-Authenticate: Basic realm=\"camera\"\r\n");
        switch (request[0].Split(' ')[0])
        {
            case "OPTIONS":
                return Said("200 OK", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER\r\n");
            case "DESCRIBE":
                var coding = hevc ? "a=rtpmap:96 H265/90000" : "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1";
                return Said("200 OK", "Content-Type: application/sdp\r\n", $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n{coding}\r\na=framerate:{Rate}\r\na=control:track1\r\n");
            case "SETUP" when request.Any(l => l.Contains("RTP/AVP/TCP", StringComparison.Ordinal)):
                return Said("200 OK", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1;timeout=60\r\n");
            case "SETUP":
                return Said("461 Unsupported Transport");
            case "PLAY":
                lock (viewers)
                {
                    viewer.Plays = true;
                    watched.TrySetResult();
                }

                return Said("200 OK", "Session: 1\r\nRange: npt=now-\r\n");
            default:
                return Said("200 OK", "Session: 1\r\n");
        }
    }

    /// <summary>The film taken apart: for each picture its units (NAL), without their marks. Each picture begins with a delimiter.</summary>
    private static List<byte[][]> Pictures(byte[] film, bool hevc)
    {
        var units = new List<byte[]>();
        var begin = -1;
        for (var i = 0; i + 3 <= film.Length; i++)
        {
            if (!film.AsSpan(i, 3).SequenceEqual((ReadOnlySpan<byte>)[0, 0, 1])) continue;
            if (begin >= 0) units.Add(film[begin..i].AsSpan().TrimEnd((byte)0).ToArray());
            begin = i + 3;
        }

        units.Add(film[begin..]);
        var found = new List<List<byte[]>>();
        foreach (var unit in units)
        {
            if (hevc ? (unit[0] >> 1 & 0x3F) == 35 : (unit[0] & 0x1F) == 9) found.Add([]);
            found[^1].Add(unit);
        }

        return found.ConvertAll(p => p.ToArray());
    }

    private sealed class Viewer(TcpClient client, Stream stream) : IDisposable
    {
        private readonly SemaphoreSlim turn = new(1, 1);
        private ushort sequence;

        public bool Plays { get; set; }

        public int Pictures { get; set; }

        public void Dispose()
        {
            stream.Dispose();
            client.Dispose();
            turn.Dispose();
        }

        public async Task WriteAsync(byte[] bytes)
        {
            await turn.WaitAsync();
            try
            {
                await stream.WriteAsync(bytes);
            }
            finally
            {
                turn.Release();
            }
        }

        /// <summary>The lines of the next request; reports on the reception in between are passed over. Null: no more.</summary>
        public async Task<string[]?> RequestAsync()
        {
            var (text, one) = (new StringBuilder(), new byte[1]);
            while (await stream.ReadAsync(one) > 0)
            {
                if (text.Length == 0 && one[0] == '$')
                {
                    var head = new byte[3];
                    await stream.ReadExactlyAsync(head);
                    await stream.ReadExactlyAsync(new byte[BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(1))]);
                    continue;
                }

                text.Append((char)one[0]);
                if (text.Length > 4 && text.ToString(text.Length - 4, 4) == "\r\n\r\n") return text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            }

            return null;
        }

        /// <summary>A picture as it goes over the connection: RTP packets, each behind its length.</summary>
        public byte[] Packets(byte[][] units, int picture, bool hevc)
        {
            using var bytes = new MemoryStream();
            foreach (var unit in units)
            {
                var isLast = ReferenceEquals(unit, units[^1]);
                if (unit.Length <= MostOfPacket)
                {
                    Packet(bytes, picture, isLast, [], unit);
                    continue;
                }

                // Too large for a packet: in parts, each with the unit's type and which part it is.
                var (head, type) = hevc ? (2, (byte)(unit[0] >> 1 & 0x3F)) : (1, (byte)(unit[0] & 0x1F));
                for (var from = head; from < unit.Length; from += MostOfPacket)
                {
                    var part = unit.AsSpan(from, Math.Min(MostOfPacket, unit.Length - from));
                    var ends = from + part.Length == unit.Length;
                    var which = (byte)(type | (from == head ? 0x80 : 0) | (ends ? 0x40 : 0));
                    Packet(bytes, picture, isLast && ends, hevc ? [(byte)((unit[0] & 0x81) | 49 << 1), unit[1], which] : [(byte)((unit[0] & 0xE0) | 28), which], part);
                }
            }

            return bytes.ToArray();
        }

        private void Packet(MemoryStream to, int picture, bool isLast, ReadOnlySpan<byte> head, ReadOnlySpan<byte> part)
        {
            Span<byte> rtp = stackalloc byte[16];
            (rtp[0], rtp[1]) = ((byte)'$', 0);
            BinaryPrimitives.WriteUInt16BigEndian(rtp[2..], (ushort)(12 + head.Length + part.Length));
            (rtp[4], rtp[5]) = (0x80, (byte)(96 | (isLast ? 0x80 : 0)));
            BinaryPrimitives.WriteUInt16BigEndian(rtp[6..], sequence++);
            BinaryPrimitives.WriteUInt32BigEndian(rtp[8..], (uint)(picture * (90_000 / Rate)));
            BinaryPrimitives.WriteUInt32BigEndian(rtp[12..], 0x0CA3E4A);
            to.Write(rtp);
            to.Write(head);
            to.Write(part);
        }
    }
}
