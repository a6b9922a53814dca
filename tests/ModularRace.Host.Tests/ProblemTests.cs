using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ModularRace.Host.Tests;

public sealed class ProblemTests(RunningCloud cloud) : IClassFixture<RunningCloud>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "api/v1/nothing", null, 404, "not_found")]
    [InlineData("PUT", "api/v1/auth/login", "{}", 405, "method_not_allowed")]
    [InlineData("POST", "api/v1/auth/login", "{", 400, "validation_failed")]
    [InlineData("POST", "api/v1/auth/login", "[]", 400, "validation_failed")]
    [InlineData("POST", "api/v1/auth/login", "null", 400, "validation_failed")]
    [InlineData("POST", "api/v1/auth/login", "", 400, "validation_failed")]
    [InlineData("POST", "api/v1/auth/login", """{"email": 5}""", 400, "validation_failed")]
    [InlineData("POST", "api/v1/auth/login", """{"email": "a", "email": "b"}""", 400, "validation_failed")]
    [InlineData("GET", "api/v1/api-keys?limit=many", null, 400, "validation_failed")]
    public async Task Every_error_is_a_problem_with_its_code(string method, string path, string? body, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await cloud.Admin.SendAsync(request, Stop);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.NotEmpty(problem.GetProperty("trace_id").GetString()!);
        Assert.DoesNotContain("System.", problem.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("ModularRace", problem.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_type_is_told_at_its_field()
    {
        using var answer = await cloud.Admin.PostAsJsonAsync("api/v1/api-keys", new { name = "Timing", role = "viewer", competition_uuids = new[] { "no uuid" } }, Stop);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal("competition_uuids[0]", problem.GetProperty("errors").EnumerateObject().Single().Name);
    }

    [Theory]
    [InlineData(null, 413)]
    [InlineData("gzip", 413)]
    [InlineData("br", 413)]
    [InlineData("deflate", 415)]
    public async Task A_body_too_large_once_unpacked_is_refused(string? encoding, int status)
    {
        var body = Encoding.UTF8.GetBytes(new string(' ', 2_000_000) + "{}");
        using var packed = new MemoryStream();
        await using (Stream into = encoding switch { "gzip" => new GZipStream(packed, CompressionLevel.Fastest, true), "br" => new BrotliStream(packed, CompressionLevel.Fastest, true), _ => new BufferedStream(packed) })
        {
            await into.WriteAsync(body, Stop);
            await into.FlushAsync(Stop);
            using var content = new ByteArrayContent(encoding is null or "deflate" ? body : Finish(into, packed));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            if (encoding is not null) content.Headers.ContentEncoding.Add(encoding);
            using var answer = await cloud.Admin.PostAsync("api/v1/api-keys", content, Stop);
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal(status == 413 ? "payload_too_large" : "unsupported_media_type", (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Without_its_database_the_host_lives_and_says_so()
    {
        await cloud.Database.ExecuteAsync($"ALTER DATABASE \"{cloud.Database.Name}\" WITH CONNECTION LIMIT 0");
        await using var server = Npgsql.NpgsqlDataSource.Create(new Npgsql.NpgsqlConnectionStringBuilder(cloud.Database.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        await server.ExecuteAsync($"ALTER DATABASE \"{cloud.Database.Name}\" WITH ALLOW_CONNECTIONS false");
        await server.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", cloud.Database.Name);
        try
        {
            Assert.Equal(HttpStatusCode.OK, (await cloud.Anonymous.GetAsync("health/live", Stop)).StatusCode);
            foreach (var path in new[] { "health/ready", "api/v1/health/ready", "api/v1/api-keys" })
            {
                using var answer = await cloud.Admin.GetAsync(path, Stop);
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                Assert.NotNull(answer.Headers.RetryAfter);
                Assert.Equal("database_unavailable", (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("code").GetString());
            }
        }
        finally
        {
            await server.ExecuteAsync($"ALTER DATABASE \"{cloud.Database.Name}\" WITH ALLOW_CONNECTIONS true CONNECTION LIMIT -1");
        }
    }

    private static byte[] Finish(Stream into, MemoryStream packed)
    {
        into.Dispose();
        return packed.ToArray();
    }
}
