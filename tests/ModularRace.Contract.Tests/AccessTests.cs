using System.Text.Json.Nodes;

namespace ModularRace.Contract.Tests;

/// <summary>"Who may call".</summary>
public sealed class AccessTests(Season season)
{
    private static readonly string[] KeyRoles = ["jury_president", "var_operator", "referee", "viewer"];

    [Fact]
    public async Task Without_a_sign_in_everything_is_401()
    {
        foreach (var path in new[] { "/competitions", "/devices", "/api-keys", "/conflicts", "/sync/competitions", "/sync/quarantine", "~/openapi/v1.json" })
            await season.Anonymous.Refused("GET", path, null, 401, "unauthenticated", headers: ("X-Protocol-Version", "1"));
        foreach (var path in new[] { "/device", "/device/queue", "/competitions" }) await season.PiAnonymous.Refused("GET", path, null, 401, "unauthenticated");
        foreach (var authorization in new[] { "Bearer x", "Bearer ", "Basic YTpi" })
            await season.Anonymous.Refused("GET", "/competitions", null, 401, "unauthenticated", headers: ("Authorization", authorization));
    }

    [Fact]
    public async Task A_person_signs_in_refreshes_and_signs_out()
    {
        var login = new { email = RunningHost.AdminEmail, password = RunningHost.AdminPassword };
        var tokens = await season.Anonymous.Good("POST", "/auth/login", login);
        tokens.Has("access_token token_type expires_in refresh_token");
        Assert.Equal("Bearer", tokens.Of("token_type"));
        Assert.True((int)tokens["expires_in"]! >= 3600);

        var next = await season.Anonymous.Good("POST", "/auth/refresh", new { refresh_token = tokens.Of("refresh_token") });
        using var person = season.WithToken(next.Of("access_token"));
        await person.Good("GET", "/competitions");
        // Used twice, the whole family ends.
        await season.Anonymous.Refused("POST", "/auth/refresh", new { refresh_token = tokens.Of("refresh_token") }, 401, "unauthenticated");
        await person.Refused("GET", "/competitions", null, 401, "unauthenticated");
        await season.Anonymous.Refused("POST", "/auth/refresh", new { refresh_token = next.Of("refresh_token") }, 401, "unauthenticated");

        var other = await season.Anonymous.Good("POST", "/auth/login", login);
        using var leaving = season.WithToken(other.Of("access_token"));
        await leaving.Good("POST", "/auth/logout");
        await leaving.Refused("GET", "/competitions", null, 401, "unauthenticated");
        await season.Anonymous.Refused("POST", "/auth/refresh", new { refresh_token = other.Of("refresh_token") }, 401, "unauthenticated");

        await season.Anonymous.Refused("POST", "/auth/login", new { }, 400, "validation_failed", "email");
        await season.Anonymous.Refused("POST", "/auth/login", new { email = "a@example.org" }, 400, "validation_failed", "password");
        await season.Anonymous.Refused("POST", "/auth/login", new { email = 1, password = 2 }, 400, "validation_failed");
        await season.Anonymous.Refused("POST", "/auth/login", new { email = "nobody@example.org", password = "x" }, 401, "unauthenticated");
    }

    [Fact]
    public async Task Keys_are_shown_once_cannot_be_admin_and_cannot_make_keys()
    {
        await season.Admin.RefusesEach(
            "POST", "/api-keys", new JsonObject { ["name"] = "k", ["role"] = "viewer" },
            ("name", [null, "", new string('x', 201), 5, "\u0001"]), ("role", [null, "admin", "boss", "Referee", 5]), ("expires_at", ["x", "2020-01-01T00:00:00Z", 5]));
        foreach (var wrong in new object?[] { new[] { "x" }, "x", Array.Empty<string>(), 5 })
            await season.Admin.Refused("POST", "/api-keys", Calls.Text(new JsonObject { ["name"] = "k", ["role"] = "viewer" }, "competition_uuids", wrong), 400, "validation_failed");

        var made = await season.Admin.Good("POST", "/api-keys", new { name = "tmp", role = "viewer" }, 201);
        using var key = season.WithToken(made.Of("key"));
        await key.Good("GET", "/competitions");
        Assert.DoesNotContain(made.Of("key"), (await season.Admin.Good("GET", "/api-keys?limit=500")).ToJsonString(), StringComparison.Ordinal);
        await key.Refused("POST", "/api-keys", new { name = "x", role = "viewer" }, 403, "forbidden");
        await key.Refused("GET", "/api-keys", null, 403, "forbidden");
        await season.Admin.Good("DELETE", $"/api-keys/{made.Of("client_uuid")}");
        await key.Refused("GET", "/competitions", null, 401, "unauthenticated");
        await season.Admin.Refused("DELETE", $"/api-keys/{Calls.Uuid()}", null, 404, "not_found");
    }

    [Fact]
    public async Task Each_role_does_what_is_its_own_on_its_own_competition()
    {
        var (mine, other) = (await season.CourseAsync(), await season.CourseAsync());
        var elsewhere = (await other.ReportAsync(season.Admin))["incident"]!.Of("client_uuid");
        var seen = (await mine.ReportAsync(season.Admin))["incident"]!.Of("client_uuid");
        foreach (var role in KeyRoles)
        {
            using var key = await season.KeyAsync(role, mine.Competition);
            Assert.Equal([mine.Competition], (await key.All("/competitions")).Select(c => c.Of("client_uuid")));
            foreach (var path in new[] { $"/competitions/{other.Competition}", $"/races/{other.Race}/incidents", $"/incidents/{elsewhere}", $"/competitions/{other.Competition}/penalties" })
                await key.Refused("GET", path, null, 403, "forbidden");

            foreach (var (method, path, body) in new (string, string, object?)[]
            {
                ("POST", "/competitions", Season.CompetitionBody()), ("PUT", $"/competitions/{mine.Competition}", Season.CompetitionBody()),
                ("POST", $"/competitions/{mine.Competition}/races", new { name = "x", discipline = "sprint" }), ("POST", $"/races/{mine.Race}/locations", new { name = "x" }),
                ("PUT", $"/competitions/{mine.Competition}/penalties", new { items = Array.Empty<int>() }), ("DELETE", $"/locations/{mine.Locations[0]}", null),
                ("PUT", $"/races/{mine.Race}/start-list/5", new { athletes = new[] { new { first_name = "A", last_name = "B", nation = "ITA" } } }),
                ("GET", "/devices", null), ("POST", "/devices/pairing-codes", new { name = "x" }), ("GET", "/api-keys", null),
            })
                await key.Refused(method, path, body, 403, "forbidden");
            foreach (var (method, path) in new[] { ("GET", "/sync/competitions"), ("GET", "/sync/changes?cursor=x"), ("POST", "/sync/upload"), ("POST", "/sync/verify") })
                await key.Refused(method, path, method == "POST" ? new { batch_uuid = Calls.Uuid() } : null, 403, "forbidden", headers: ("X-Protocol-Version", "1"));

            var jury = role == "jury_president";
            Assert.Equal(role == "viewer" ? 404 : 200, (await key.Call("GET", $"/incidents/{seen}")).Status);
            Assert.Equal(role == "viewer" ? 403 : 201, (await key.Call("POST", "/incidents", new { race_uuid = mine.Race })).Status);
            Assert.Equal(403, (await key.Call("POST", "/incidents", new { race_uuid = other.Race })).Status);
            Assert.Equal(jury ? 409 : 403, (await key.Call("POST", $"/incidents/{seen}/decision", new { decision = "rejected" })).Status);
            Assert.Equal(jury ? 200 : 403, (await key.Call("GET", "/conflicts")).Status);
            Assert.Equal(jury ? 200 : 403, (await key.Call("GET", "/sync/quarantine")).Status);
            foreach (var path in new[] { "/merges", "/suggestions" }) Assert.Equal(role is "jury_president" or "var_operator" ? 200 : 403, (await key.Call("GET", $"{path}?competition_uuid={mine.Competition}")).Status);
        }
    }

    [Fact]
    public async Task A_referee_edits_and_withdraws_own_reports_only()
    {
        var course = await season.CourseAsync();
        using var referee = await season.KeyAsync("referee", course.Competition);
        using var operators = await season.KeyAsync("var_operator", course.Competition);
        var foreign = await course.ReportAsync(operators);
        await referee.Refused("PATCH", $"/reports/{foreign["report"]!.Of("client_uuid")}", new { description = "x" }, 403, "forbidden");
        await referee.Refused("PATCH", $"/incidents/{foreign["incident"]!.Of("client_uuid")}", new { description = "x" }, 403, "forbidden");
        await referee.Refused("POST", $"/reports/{foreign["report"]!.Of("client_uuid")}/withdraw", new { }, 403, "forbidden");
        var own = await course.ReportAsync(referee, 6);
        await referee.Good("PATCH", $"/reports/{own["report"]!.Of("client_uuid")}", new { description = "x" });
        await operators.Good("POST", $"/reports/{own["report"]!.Of("client_uuid")}/withdraw", new { });
    }

    [Fact]
    public async Task A_device_calls_its_five_calls_and_nothing_else()
    {
        var course = await season.CourseAsync();
        var device = await season.DeviceAsync(course.Competition);
        foreach (var path in new[] { "/competitions", $"/races/{course.Race}/incidents", "/devices", "/api-keys", "/conflicts", "/sync/quarantine", $"/merges?competition_uuid={course.Competition}", "/suggestions" })
            await device.Http.Refused("GET", path, null, 403, "forbidden");
        await device.Http.Refused("POST", "/incidents", new { race_uuid = course.Race }, 403, "forbidden");
        await device.Http.Refused("POST", "/devices/pairing-codes", new { name = "x" }, 403, "forbidden");

        foreach (var (token, uuid) in new[] { (device.Token, Calls.Uuid()), ("x", device.Uuid), (device.Token, "x") })
        {
            using var wrong = season.As(token, uuid);
            await wrong.Refused("GET", "/sync/competitions", null, 401, "device_unknown");
        }

        using var nameless = season.As(device.Token, null);
        await nameless.Refused("GET", "/sync/competitions", null, 401);
    }
}
