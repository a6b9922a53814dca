using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary>"Conventions".</summary>
public sealed class ConventionsTests(Season season)
{
    [Fact]
    public async Task Health_is_told_to_anybody_in_both_modes_and_in_any_version()
    {
        foreach (var (http, mode) in new[] { (season.Anonymous, "cloud"), (season.PiAnonymous, "offline_device") })
        {
            var health = await http.Good("GET", "/sync/health", headers: ("X-Protocol-Version", "99"));
            health.Has("service status system_mode server_time version protocol");
            Assert.Equal(("modularrace", "ok", mode), (health.Of("service"), health.Of("status"), health.Of("system_mode")));
            Assert.Equal((1, 1), ((int)health["protocol"]!["min"]!, (int)health["protocol"]!["max"]!));
            foreach (var path in new[] { "~/health/live", "~/health/ready" }) await http.Good("GET", path);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_404_and_what_it_does_not_take_405()
    {
        await season.Admin.Refused("GET", "/nothing", null, 404, "not_found");
        await season.Admin.Refused("DELETE", "/competitions", null, 405);
        await season.Admin.Refused("GET", "/competitions/x", null, 404, "not_found");
        foreach (var path in new[] { "/competitions/", "/races/", "/incidents/", "/conflicts/" }) await season.Admin.Refused("GET", path + Calls.Uuid(), null, 404, "not_found");
        foreach (var list in new[] { "races", "penalties", "phrases" }) await season.Admin.Refused("GET", $"/competitions/{Calls.Uuid()}/{list}", null, 404, "not_found");
        foreach (var list in new[] { "locations", "start-list", "incidents" }) await season.Admin.Refused("GET", $"/races/{Calls.Uuid()}/{list}", null, 404, "not_found");
    }

    [Fact]
    public async Task A_body_that_is_no_json_of_the_right_form_is_400_and_says_so()
    {
        string[] bodies =
        [
            "", "{", "null", "[]", "\"x\"", "5", "{\"name\":\"a\",\"name\":\"b\"}", string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200),
            "{\"name\":\"x\",}", "{'name':1}", "// a comment\n{}", "{} {}", "{\"name\":NaN}", "{\"name\":\"\\ud800\"}",
        ];
        foreach (var body in bodies) await season.Admin.Refused("POST", "/competitions", body, 400, "validation_failed");
        using var noUtf8 = new ByteArrayContent([.. Encoding.ASCII.GetBytes("{\"name\":\""), 0xff, .. Encoding.ASCII.GetBytes("\"}")]);
        noUtf8.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        await season.Admin.Refused("POST", "/competitions", noUtf8, 400, "validation_failed");
        foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded" })
        {
            using var other = new StringContent(Season.CompetitionBody().ToJsonString(), Encoding.UTF8, type);
            await season.Admin.Refused("POST", "/competitions", other, 415);
        }
    }

    [Fact]
    public async Task Bodies_may_be_packed_and_limits_count_what_comes_out()
    {
        var good = Encoding.UTF8.GetBytes(Season.CompetitionBody().ToJsonString());
        foreach (var (encoding, packed) in new[] { ("gzip", Gzip(good)), ("br", Brotli(good)) })
        {
            await season.Admin.Good("POST", "/competitions", Season.Packed(packed, encoding), 201);
            await season.Admin.Refused("POST", "/competitions", Season.Packed(good, encoding), 400, "validation_failed");
            await season.Admin.Refused("POST", "/competitions", Season.Packed(packed[..^10], encoding), 400, "validation_failed");
        }

        foreach (var encoding in new[] { "deflate", "zstd", "compress" }) await season.Admin.Refused("POST", "/competitions", Season.Packed(good, encoding), 415);
        var large = Encoding.UTF8.GetBytes(Calls.Text(Season.CompetitionBody(), "note", new string('y', 1 << 20)));
        await season.Admin.Refused("POST", "/competitions", Season.Packed(Gzip(large), "gzip"), 413, "payload_too_large");
        await season.Admin.Refused("POST", "/competitions", Encoding.UTF8.GetString(large), 413, "payload_too_large");
    }

    [Fact]
    public async Task Answers_are_packed_when_asked_for()
    {
        foreach (var encoding in new[] { "gzip", "br" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("api/v1/competitions", UriKind.Relative));
            request.Headers.AcceptEncoding.ParseAdd(encoding);
            using var answer = await season.Admin.SendAsync(request);
            Assert.Equal([encoding], answer.Content.Headers.ContentEncoding);
        }
    }

    [Fact]
    public async Task Lists_come_in_pages_that_neither_skip_nor_repeat()
    {
        var course = await season.CourseAsync();
        for (var bib = 1; bib <= 7; bib++) await course.ReportAsync(season.Admin, bib, bib * 100);
        var list = $"/races/{course.Race}/incidents";
        var first = await season.Admin.Good("GET", list + "?limit=3");
        await course.ReportAsync(season.Admin, 8, 10_000);
        var second = await season.Admin.Good("GET", $"{list}?limit=3&cursor={first.Of("next_cursor")}");
        Assert.Equal([7, 6, 5, 4, 3, 2], first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(i => (int)i!["bib_number"]!));
        Assert.Equal([8, 7, 6, 5, 4, 3, 2, 1], (await season.Admin.All(list, 2)).Select(i => (int)i["bib_number"]!));
        foreach (var path in new[] { list, "/competitions", $"/competitions/{course.Competition}/races", $"/races/{course.Race}/locations", $"/races/{course.Race}/start-list", "/devices", "/api-keys", "/conflicts", "/sync/quarantine" })
        {
            foreach (var query in new[] { "limit=0", "limit=501", "limit=-1", "limit=x", "limit=1.5", "limit=99999999999" })
                await season.Admin.Refused("GET", $"{path}?{query}", null, 400, "validation_failed", "limit");
            foreach (var query in new[] { "cursor=!!", "cursor=%00" }) await season.Admin.Refused("GET", $"{path}?{query}", null, 400, "validation_failed", "cursor");
            (await season.Admin.Good("GET", path + "?limit=500")).Has("items next_cursor");
        }
    }

    [Fact]
    public async Task Text_is_kept_to_the_letter_or_refused()
    {
        foreach (var name in new[] { new string('x', 200), string.Concat(Enumerable.Repeat("🎿", 200)), "a\nb\tc", "Ž\u0301 Łoś \u202ertl", "  spaced ", "<script>alert(1)</script>", "'; drop table x;--", "\u200d\ufeff" })
        {
            var made = await season.Admin.Good("POST", "/competitions", Season.CompetitionBody(name), 201);
            Assert.Equal(name, (await season.Admin.Good("GET", $"/competitions/{made.Of("client_uuid")}")).Of("name"));
        }
    }

    [Fact]
    public async Task Times_are_taken_with_any_offset_and_told_in_utc_with_milliseconds()
    {
        var course = await season.CourseAsync();
        foreach (var (said, told) in new[]
        {
            ("2026-02-07T10:00:00+01:00", "2026-02-07T09:00:00.000Z"), ("2026-02-07T10:00:00.1234567Z", "2026-02-07T10:00:00.123Z"),
            ("2026-02-07T10:00:00-05:30", "2026-02-07T15:30:00.000Z"), ("2026-02-07t10:00:00z", "2026-02-07T10:00:00.000Z"),
        })
            Assert.Equal(told, (await season.Admin.Good("POST", $"/competitions/{course.Competition}/races", new { name = "R", discipline = "other", scheduled_at = said }, 201)).Of("scheduled_at"));
    }

    [Fact]
    public async Task Identities_are_version_7_and_any_but_the_nil_one_is_taken()
    {
        var made = await season.Admin.Good("POST", "/competitions", Season.CompetitionBody(), 201);
        Assert.Equal(7, Guid.Parse(made.Of("client_uuid")).Version);
        var body = Season.CompetitionBody();
        body["client_uuid"] = "AAAAAAAA-0000-4000-8000-" + Calls.Uuid()[^12..].ToUpperInvariant();
        var own = await season.Admin.Good("POST", "/competitions", body, 201);
        Assert.Equal(body.Of("client_uuid").ToLowerInvariant(), own.Of("client_uuid"));
        Assert.Equal(own.ToJsonString(), (await season.Admin.Good("POST", "/competitions", body)).ToJsonString());
    }

    internal static byte[] Gzip(byte[] bytes) => Pack(bytes, s => new GZipStream(s, CompressionLevel.Fastest));

    private static byte[] Brotli(byte[] bytes) => Pack(bytes, s => new BrotliStream(s, CompressionLevel.Fastest));

    private static byte[] Pack(byte[] bytes, Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var stream = packer(packed)) stream.Write(bytes);
        return packed.ToArray();
    }
}
