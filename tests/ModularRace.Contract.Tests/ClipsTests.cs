using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary>Clips by tus, hostile ones too, and who gets to see them.</summary>
public sealed class ClipsTests(Season season)
{
    [Fact]
    public async Task A_clip_comes_by_tus_in_pieces_and_is_served_in_ranges_with_its_state()
    {
        var course = await season.CourseAsync();
        var referee = await season.KeyAsync("referee", course.Competition);
        var report = (await course.ReportAsync(referee))["report"]!.Of("client_uuid");
        var clip = ClipFiles.Mp4(300_000, seed: 11);

        using var offer = await referee.SendAsync(new HttpRequestMessage(HttpMethod.Options, "api/v1/clips"));
        Assert.Equal(("1.0.0", "creation,checksum", "sha256"), (Header(offer, "Tus-Version"), Header(offer, "Tus-Extension"), Header(offer, "Tus-Checksum-Algorithm")));
        using var begun = await referee.BeginClip(report, clip.Length, ClipFiles.Sha256(clip));
        Assert.Equal((HttpStatusCode.Created, 0, "1.0.0"), (begun.StatusCode, begun.Offset(), Header(begun, "Tus-Resumable")));
        var location = begun.Headers.Location!.ToString();
        Assert.Null((await ReportOf(referee, course, report))["clip"]);

        using var first = await referee.PatchClip(location, 0, clip[..100_001], SHA256.HashData(clip.AsSpan(0, 100_001)));
        Assert.Equal((HttpStatusCode.NoContent, 100_001), (first.StatusCode, first.Offset()));
        using var head = await referee.HeadClip(location);
        Assert.Equal((100_001, "300000", "no-store"), (head.Offset(), Header(head, "Upload-Length"), head.Headers.CacheControl?.ToString()));

        // R2: announced again, it goes on where it stopped.
        using var again = await referee.BeginClip(report, clip.Length, ClipFiles.Sha256(clip));
        Assert.Equal((HttpStatusCode.OK, 100_001, location), (again.StatusCode, again.Offset(), again.Headers.Location!.ToString()));
        using var last = await referee.PatchClip(location, 100_001, clip[100_001..]);
        Assert.Equal((HttpStatusCode.NoContent, 300_000), (last.StatusCode, last.Offset()));
        using var whole = await referee.HeadClip(location);
        Assert.Equal(300_000, whole.Offset());

        var said = (await ReportOf(referee, course, report))["clip"]!;
        Assert.Equal((ClipFiles.Sha256(clip), 300_000L, "video/mp4", 6000L, "stored"), (said.Of("sha256"), (long)said["size_bytes"]!, said.Of("content_type"), (long)said["duration_ms"]!, said.Of("state")));

        using var served = await referee.GetAsync($"api/v1/reports/{report}/clip");
        Assert.Equal(clip, await served.Content.ReadAsByteArrayAsync());
        Assert.Equal(("video/mp4", "nosniff", "default-src 'none'; media-src 'self'; sandbox"), (served.Content.Headers.ContentType!.ToString(), Header(served, "X-Content-Type-Options"), Header(served, "Content-Security-Policy")));
        using var piece = new HttpRequestMessage(HttpMethod.Get, $"api/v1/reports/{report}/clip") { Headers = { Range = new RangeHeaderValue(1000, 1999) } };
        using var part = await referee.SendAsync(piece);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(clip[1000..2000], await part.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_Pi_takes_a_clip_without_a_cloud_and_says_that_it_is_not_there_yet()
    {
        var competition = (await season.Pi.Good("POST", "/competitions", Season.CompetitionBody(), 201)).Of("client_uuid");
        var race = (await season.Pi.Good("POST", $"/competitions/{competition}/races", new { name = "Final", discipline = "individual" }, 201)).Of("client_uuid");
        var reported = await season.Pi.Good("POST", "/incidents", new { race_uuid = race, bib_number = 3 }, 201);
        var report = reported["report"]!.Of("client_uuid");
        var clip = ClipFiles.WebM(50_000, seed: 12);
        using var sent = await season.Pi.SendClip(report, clip, sayDigest: false);
        Assert.Equal(HttpStatusCode.NoContent, sent.StatusCode);
        var said = (await season.Pi.Good("GET", $"/incidents/{reported["incident"]!.Of("client_uuid")}"))["reports"]![0]!["clip"]!;
        Assert.Equal((ClipFiles.Sha256(clip), "video/webm", 6000L, "pending"), (said.Of("sha256"), said.Of("content_type"), (long)said["duration_ms"]!, said.Of("state")));
        Assert.Equal(clip, await season.Pi.GetByteArrayAsync($"api/v1/reports/{report}/clip"));
    }

    [Fact]
    public async Task Wrong_places_and_checksums_change_nothing()
    {
        var course = await season.CourseAsync();
        var report = (await course.ReportAsync(season.Admin))["report"]!.Of("client_uuid");
        var clip = ClipFiles.Mp4(20_000, seed: 13);
        using var begun = await season.Admin.BeginClip(report, clip.Length, ClipFiles.Sha256(clip));
        var location = begun.Headers.Location!.ToString();
        (await season.Admin.PatchClip(location, 0, clip[..8000])).Dispose();

        foreach (var (offset, bytes, checksum, status, code) in new (long, byte[], byte[]?, int, string)[]
        {
            (0, clip[..8000], null, 409, "offset_mismatch"), (8001, clip[8001..], null, 409, "offset_mismatch"), (12_000, clip[12_000..], null, 409, "offset_mismatch"),
            (8000, clip[8000..9000], SHA256.HashData(clip), 460, "checksum_mismatch"), (8000, [.. clip[8000..], 1], null, 413, "payload_too_large"),
        })
        {
            await Refused(await season.Admin.PatchClip(location, offset, bytes, checksum), status, code);
            using var head = await season.Admin.HeadClip(location);
            Assert.Equal(8000, head.Offset());
        }

        using var unversioned = await season.Admin.PatchAsync(location, new ByteArrayContent(clip[8000..]) { Headers = { ContentType = new("application/offset+octet-stream") } });
        await Refused(unversioned, 412, "tus_version_unsupported");
        Assert.Equal("1.0.0", Header(unversioned, "Tus-Version"));
        using (var typed = new HttpRequestMessage(HttpMethod.Patch, location) { Content = new StringContent("{}", Encoding.UTF8, "application/json"), Headers = { { "Tus-Resumable", "1.0.0" }, { "Upload-Offset", "8000" } } })
            await Refused(await season.Admin.SendAsync(typed), 415, null);

        // What is not what was announced is never shown, and comes again from its beginning.
        var damaged = clip[8000..];
        damaged[^1] ^= 1;
        await Refused(await season.Admin.PatchClip(location, 8000, damaged), 460, "checksum_mismatch");
        Assert.Null((await ReportOf(season.Admin, course, report))["clip"]);
        using (var head = await season.Admin.HeadClip(location)) Assert.Equal(0, head.Offset());
        using var right = await season.Admin.PatchClip(location, 0, clip);
        Assert.Equal(HttpStatusCode.NoContent, right.StatusCode);
        Assert.Equal(clip, await season.Admin.GetByteArrayAsync($"api/v1/reports/{report}/clip"));
    }

    [Fact]
    public async Task Two_that_write_one_upload_at_once_leave_one_whole_clip()
    {
        var course = await season.CourseAsync();
        for (var round = 0; round < 5; round++)
        {
            var report = (await course.ReportAsync(season.Admin, bib: 20 + round, second: round * 100))["report"]!.Of("client_uuid");
            var clip = ClipFiles.Mp4(2_000_000, seed: 100 + round);
            using var begun = await season.Admin.BeginClip(report, clip.Length, ClipFiles.Sha256(clip));
            var location = begun.Headers.Location!.ToString();
            var at = 0L;
            for (var turn = 0; at < clip.Length; turn++)
            {
                Assert.True(turn < 50);
                var both = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => season.Admin.PatchClip(location, at, clip[(int)at..])));
                Assert.All(both, answer => Assert.Contains((int)answer.StatusCode, new[] { 204, 409, 423 }));
                using var head = await season.Admin.HeadClip(location);
                at = head.Offset();
            }

            Assert.Equal(clip, await season.Admin.GetByteArrayAsync($"api/v1/reports/{report}/clip"));
        }
    }

    [Fact]
    public async Task A_connection_that_hangs_does_not_hold_up_the_one_that_goes_on()
    {
        var course = await season.CourseAsync();
        var report = (await course.ReportAsync(season.Admin))["report"]!.Of("client_uuid");
        var clip = ClipFiles.Mp4(500_000, seed: 14);
        using var begun = await season.Admin.BeginClip(report, clip.Length, ClipFiles.Sha256(clip));
        var location = begun.Headers.Location!.ToString();
        using var hanging = new HangingContent(clip, 123_457);
        var hung = season.Admin.PatchClip(location, 0, hanging);
        await hanging.Hangs;

        // What came by the hanging one counts to the last byte that arrived.
        long at = 0;
        for (var asked = 0; at == 0; asked++)
        {
            // The request may be on its way to the server yet.
            Assert.True(asked < 100);
            using var head = await season.Admin.HeadClip(location);
            at = head.Offset();
            if (at == 0) await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.InRange(at, 1, 123_457);
        using var rest = await season.Admin.PatchClip(location, at, clip[(int)at..]);
        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        hanging.GiveUp();
        await Assert.ThrowsAnyAsync<Exception>(async () => (await hung).EnsureSuccessStatusCode());
        Assert.Equal(clip, await season.Admin.GetByteArrayAsync($"api/v1/reports/{report}/clip"));
    }

    [Fact]
    public async Task What_is_no_video_or_points_elsewhere_is_refused_whatever_it_is_called()
    {
        var course = await season.CourseAsync();
        var good = ClipFiles.Mp4(5000);
        var webm = ClipFiles.WebM(5000);
        var hostile = new (string What, byte[] Bytes)[]
        {
            ("a page", Encoding.UTF8.GetBytes("<!DOCTYPE html><script>alert(1)</script>".PadRight(3000))), ("a drawing", Encoding.UTF8.GetBytes("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".PadRight(3000))),
            ("a playlist", Encoding.UTF8.GetBytes("#EXTM3U\n#EXTINF:10,\nhttp://elsewhere.example.org/a.ts\n".PadRight(3000))), ("another playlist", Encoding.UTF8.GetBytes("ffconcat version 1.0\nfile '/etc/passwd'\n".PadRight(3000))),
            ("a page behind a video", [.. good, .. "<html><script>alert(1)</script></html>"u8]), ("a page before a video", [.. "<!--"u8, .. good]), ("a page behind a WebM", [.. webm, .. "<html><script>alert(1)</script></html>"u8]),
            ("an archive behind a video", [.. good, 0x50, 0x4B, 3, 4, .. new byte[40]]), ("a video cut off", good[..4000]), ("a WebM cut off", webm[..4000]),
            ("one that lies elsewhere", ClipFiles.Mp4(5000, selfContained: false)), ("another coding", ClipFiles.Mp4(5000, codec: "hvc1")), ("another coding in WebM", ClipFiles.WebM(5000, codec: "V_MPEG4/ISO/AVC")),
            ("Matroska", ClipFiles.WebM(5000, docType: "matroska")), ("too long", ClipFiles.Mp4(5000, seconds: 3000)), ("a box that ends nowhere", [.. ClipFiles.Box("ftyp", "isom"u8.ToArray(), new byte[8]), 0xFF, 0xFF, 0xFF, 0xFF, .. "moov"u8, .. new byte[100]]),
            ("no tracks", [.. ClipFiles.Box("ftyp", "isom"u8.ToArray(), new byte[8]), .. ClipFiles.Box("moov"), .. ClipFiles.Box("mdat", new byte[100])]), ("one byte", [0]),
            ("noise", RandomNumberGenerator.GetBytes(4000)),
        };
        var faults = new List<string>();
        foreach (var (what, bytes) in hostile)
        {
            var report = (await course.ReportAsync(season.Admin, bib: 1 + faults.Count, second: 100))["report"]!.Of("client_uuid");
            using var begun = await season.Admin.BeginClip(report, bytes.Length, ClipFiles.Sha256(bytes), filename: "../../etc/cron.d/clip.mp4");
            using var answer = await season.Admin.PatchClip(begun.Headers.Location!.ToString(), 0, bytes);
            var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync());
            if ((int)answer.StatusCode != 415 || problem!.Of("code") != "clip_refused") faults.Add($"{what}: {(int)answer.StatusCode} {problem}");
            using var served = await season.Admin.GetAsync($"api/v1/reports/{report}/clip");
            if (served.StatusCode != HttpStatusCode.NotFound) faults.Add($"{what} is served");
            using var gone = await season.Admin.HeadClip(begun.Headers.Location!.ToString());
            if (gone.StatusCode != HttpStatusCode.NotFound) faults.Add($"{what} is still on its way");
        }

        Assert.Empty(faults);
    }

    [Fact]
    public async Task What_is_announced_wrongly_is_refused_before_a_byte_of_it()
    {
        var course = await season.CourseAsync();
        var report = (await course.ReportAsync(season.Admin))["report"]!.Of("client_uuid");
        var sha256 = new string('a', 64);
        await Refused(await season.Admin.BeginClip(report, 0, sha256), 400, "validation_failed");
        await Refused(await season.Admin.BeginClip(report, 4L << 30, sha256), 413, "clip_too_large");
        await Refused(await season.Admin.BeginClip(report, 1000, "../../x"), 400, "validation_failed");
        await Refused(await season.Admin.BeginClip(null, 1000, sha256), 400, "validation_failed");
        await Refused(await season.Admin.BeginClip("x", 1000, sha256), 400, "validation_failed");
        await Refused(await season.Admin.BeginClip(Calls.Uuid(), 1000, sha256), 404, "not_found");
        foreach (var (header, value) in new[] { ("Upload-Length", "-1"), ("Upload-Length", "x"), ("Upload-Metadata", "report_uuid !!!"), ("Upload-Metadata", "report_uuid eA==,report_uuid eA=="), ("Tus-Resumable", "0.2.2") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/clips");
            foreach (var (name, usual) in new[] { ("Tus-Resumable", "1.0.0"), ("Upload-Length", "1000"), ("Upload-Metadata", $"report_uuid {Convert.ToBase64String(Encoding.UTF8.GetBytes(report))}") })
                request.Headers.TryAddWithoutValidation(name, name == header ? value : usual);
            await Refused(await season.Admin.SendAsync(request), header == "Tus-Resumable" ? 412 : 400, null);
        }

        // A report has one clip, and it is not replaced.
        (await season.Admin.SendClip(report, ClipFiles.Mp4(4000, seed: 1))).Dispose();
        await Refused(await season.Admin.SendClip(report, ClipFiles.Mp4(4000, seed: 2)), 409, "clip_exists");
    }

    [Fact]
    public async Task Clips_are_for_those_who_see_the_incident_and_come_from_those_who_may_edit_the_report()
    {
        var course = await season.CourseAsync();
        var elsewhere = await season.CourseAsync();
        var (referee, another, viewer) = (await season.KeyAsync("referee", course.Competition), await season.KeyAsync("referee", elsewhere.Competition), await season.KeyAsync("viewer", course.Competition));
        var reported = await course.ReportAsync(season.Admin);
        var (incident, report) = (reported["incident"]!.Of("client_uuid"), reported["report"]!.Of("client_uuid"));
        var clip = ClipFiles.Mp4(4000, seed: 15);

        // Not the referee's own; another competition's; who only looks on.
        foreach (var who in new[] { referee, another, viewer }) await Refused(await who.SendClip(report, clip), 403, "forbidden");
        using var begun = await season.Admin.BeginClip(report, clip.Length, ClipFiles.Sha256(clip));
        var location = begun.Headers.Location!.ToString();
        using (var peek = await referee.HeadClip(location)) Assert.Equal(HttpStatusCode.NotFound, peek.StatusCode);
        await Refused(await referee.PatchClip(location, 0, clip), 404, "not_found");
        (await season.Admin.PatchClip(location, 0, clip)).Dispose();

        foreach (var (who, status) in new[] { (referee, 200), (another, 403), (viewer, 404), (season.Anonymous, 401) })
        {
            using var answer = await who.GetAsync($"api/v1/reports/{report}/clip");
            Assert.Equal(status, (int)answer.StatusCode);
        }

        await season.Admin.Good("POST", $"/incidents/{incident}/officialize");
        using var official = await viewer.GetAsync($"api/v1/reports/{report}/clip");
        Assert.Equal(HttpStatusCode.OK, official.StatusCode);
    }

    [Fact]
    public async Task A_device_sends_what_its_reports_name_in_its_competitions_and_sees_nothing()
    {
        var (course, elsewhere) = (await season.CourseAsync(), await season.CourseAsync());
        var (device, stranger) = (await season.DeviceAsync(course.Competition), await season.DeviceAsync(elsewhere.Competition));
        var clip = ClipFiles.Mp4(9000, seed: 16);
        var sha256 = ClipFiles.Sha256(clip);
        var incident = Calls.Uuid();
        var report = Calls.Uuid();
        JsonObject Named(string? of) => Device.Record("report", new JsonObject { ["incident_uuid"] = incident, ["occurred_at"] = Season.At(5), ["clip"] = of is null ? null : new JsonObject { ["sha256"] = of, ["size_bytes"] = clip.Length, ["content_type"] = "video/mp4", ["duration_ms"] = 6000 } }, report);
        await Refused(await device.Http.BeginClip(report, clip.Length, sha256), 404, "not_found");
        Assert.Equal(["created", "created"], await device.Statuses(Device.Record("incident", new JsonObject { ["race_uuid"] = course.Race, ["occurred_at"] = Season.At(5), ["bib_number"] = 5 }, incident), Named(sha256)));
        Assert.Equal("pending", (await ReportOf(season.Admin, course, report))["clip"]!.Of("state"));

        await Refused(await device.Http.BeginClip(report, clip.Length, null), 400, "validation_failed");
        await Refused(await device.Http.BeginClip(report, clip.Length, new string('b', 64)), 409, "clip_not_named");
        await Refused(await stranger.Http.BeginClip(report, clip.Length, sha256), 403, "competition_not_granted");
        async Task<JsonNode> VerifyAsync() => await device.Http.Good("POST", "/sync/verify", new { competition_uuid = course.Competition, records = Array.Empty<object>(), clips = new[] { sha256 } });
        Assert.Equal("clip", (await VerifyAsync())["missing"]![0]!.Of("type"));

        using var sent = await device.Http.SendClip(report, clip);
        Assert.Equal(HttpStatusCode.NoContent, sent.StatusCode);
        Assert.Equal("stored", (await ReportOf(season.Admin, course, report))["clip"]!.Of("state"));
        Assert.True((bool)(await VerifyAsync())["verified"]!);
        Assert.Equal(clip, await season.Admin.GetByteArrayAsync($"api/v1/reports/{report}/clip"));
        using var served = await device.Http.GetAsync($"api/v1/reports/{report}/clip");
        Assert.Equal(HttpStatusCode.Forbidden, served.StatusCode);

        // R12: the same content is not sent again.
        using var again = await device.Http.BeginClip(report, clip.Length, sha256);
        Assert.Equal((HttpStatusCode.Created, clip.Length), (again.StatusCode, again.Offset()));
    }

    [Fact]
    public async Task The_clip_of_a_report_in_quarantine_is_taken_too()
    {
        var course = await season.CourseAsync();
        var device = await season.DeviceAsync(course.Competition);
        var clip = ClipFiles.Mp4(7000, seed: 17);
        var (incident, report) = (Calls.Uuid(), Calls.Uuid());
        var bad = Device.Record("report", new JsonObject { ["incident_uuid"] = incident, ["occurred_at"] = Season.At(5), ["athlete_position"] = 99, ["clip"] = new JsonObject { ["sha256"] = ClipFiles.Sha256(clip), ["size_bytes"] = clip.Length, ["content_type"] = "video/mp4" } }, report);
        Assert.Equal(["created", "rejected validation_failed athlete_position"], await device.Statuses(Device.Record("incident", new JsonObject { ["race_uuid"] = course.Race, ["occurred_at"] = Season.At(5), ["bib_number"] = 5 }, incident), bad));
        using var sent = await device.Http.SendClip(report, clip);
        Assert.Equal(HttpStatusCode.NoContent, sent.StatusCode);
        Assert.True((bool)(await device.Http.Good("POST", "/sync/verify", new { competition_uuid = course.Competition, records = Array.Empty<object>(), clips = new[] { ClipFiles.Sha256(clip) } }))["verified"]!);
    }

    private static async Task<JsonNode> ReportOf(HttpClient http, Course course, string report) =>
        (await http.All($"/races/{course.Race}/incidents")).SelectMany(i => i["reports"]!.AsArray()).Single(r => r!.Of("client_uuid") == report)!;

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    private static async Task Refused(HttpResponseMessage answer, int status, string? code)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"answered {(int)answer.StatusCode}, not {status}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        if (code is not null) Assert.Equal(code, JsonNode.Parse(text)!.Of("code"));
        Assert.DoesNotContain("/", JsonNode.Parse(text)!.Of("title"), StringComparison.Ordinal);
    }
}
