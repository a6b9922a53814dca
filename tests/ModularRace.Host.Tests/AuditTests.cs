using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace ModularRace.Host.Tests;

/// <summary>Who did what is written down with what was done, can be found, and cannot be changed.</summary>
public sealed class AuditTests(WatchfulCloud cloud) : IClassFixture<WatchfulCloud>
{
    private const string Password = "four short common words";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_done_to_people_keys_webhooks_and_devices_is_written_down_with_who_did_it()
    {
        var person = await MadeAsync("Audited", "audited@example.org");
        var uuid = (string)person["person"]!["client_uuid"]!;
        await PatchAsync($"people/{uuid}", new { name = "Audited by us" });
        await PatchAsync($"people/{uuid}", new { name = "Audited by us" }); // changes nothing
        await PatchAsync($"people/{uuid}", new { roles = new object[] { new { role = "referee" }, new { role = "viewer" } } });
        await PatchAsync($"people/{uuid}", new { disabled = true });
        await PatchAsync($"people/{uuid}", new { disabled = false });
        await SendAsync($"people/{uuid}/password-reset");
        Assert.Equal(
            [
                "password_link_made Administrator Audited by us ", "person_enabled Administrator Audited by us ", "person_disabled Administrator Audited by us ",
                "person_changed Administrator Audited by us roles referee → referee, viewer", "person_changed Administrator Audited by us name was Audited",
                "password_link_made Administrator Audited ", "person_made Administrator Audited audited@example.org; referee",
            ],
            await SaidAsync($"subject_uuid={uuid}"));

        var key = await cloud.PostAsync("api-keys", new { name = "Audited key", role = "viewer" });
        foreach (var _ in new[] { 1, 2 }) await cloud.Admin.DeleteAsync($"api/v1/api-keys/{key["client_uuid"]}", Stop);
        Assert.Equal(["key_revoked Administrator Audited key ", "key_made Administrator Audited key viewer"], await SaidAsync($"subject_uuid={key["client_uuid"]}"));

        var hook = (string)(await cloud.PostAsync("webhooks", new { name = "Audited hook", url = "https://example.org/secret-path", events = new[] { "device.back" } }))["webhook"]!["client_uuid"]!;
        await PatchAsync($"webhooks/{hook}", new { name = "Audited hook 2", active = false, new_secret = true });
        await cloud.Admin.DeleteAsync($"api/v1/webhooks/{hook}", Stop);
        Assert.Equal(
            ["webhook_deleted Administrator Audited hook 2 https://example.org", "webhook_secret_changed Administrator Audited hook 2 ", "webhook_changed Administrator Audited hook 2 name, active; https://example.org, off", "webhook_made Administrator Audited hook https://example.org"],
            await SaidAsync($"subject_uuid={hook}"));

        var device = await cloud.DeviceAsync("Audited Pi");
        await PatchAsync($"devices/{device.Uuid}", new { may_decide = true });
        foreach (var _ in new[] { 1, 2 }) await SendAsync($"devices/{device.Uuid}/revoke");
        Assert.Equal(
            ["device_revoked Administrator Audited Pi ", "device_changed Administrator Audited Pi may_decide", "device_paired Administrator Audited Pi with the code of Administrator (admin, cloud)"],
            await SaidAsync($"subject_uuid={device.Uuid}"));
        Assert.Equal(["device_code_made Administrator Audited Pi "], await SaidAsync("action=device_code_made&q=audited%20pi"));

        // Nothing that could be used is in it.
        var all = string.Join('\n', await cloud.Database.QueryAsync<string>("SELECT e::text FROM identity.audit_entries e"));
        foreach (var secret in new[] { "mrk_", "mrl_", "whsec_", "secret-path", (string)person["password_link"]!["url"]! }) Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_in_and_failing_to_is_written_down_and_what_was_typed_is_not()
    {
        var made = await MadeAsync("Comes and goes", "comes@example.org");
        var uuid = (string)made["person"]!["client_uuid"]!;
        var browser = new Browser(cloud.Anonymous);
        var link = new Uri((string)made["password_link"]!["url"]!);
        var token = Browser.FormToken(await TextAsync(await browser.GetAsync(link.PathAndQuery[1..])));
        await browser.PostFormAsync("choose-password", new() { ["__RequestVerificationToken"] = token, ["Code"] = link.Query["?code=".Length..], ["Password"] = Password, ["Again"] = Password });
        using (var wrong = await LogInAsync("comes@example.org", "hunter2 hunter2")) Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        using (var nobody = await LogInAsync("my-real-password", "hunter2 hunter2")) Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        using var right = await LogInAsync("comes@example.org", Password);
        var tokens = JsonNode.Parse(await TextAsync(right))!;
        foreach (var _ in new[] { 1, 2 })
        {
            using var refreshed = await cloud.Anonymous.PostAsJsonAsync("api/v1/auth/refresh", new { refresh_token = (string)tokens["refresh_token"]! }, Stop);
        }

        var form = new Dictionary<string, string> { ["__RequestVerificationToken"] = Browser.FormToken(await TextAsync(await browser.GetAsync("account"))), ["old"] = Password, ["password"] = "other four short words", ["again"] = "other four short words" };
        Assert.Equal(HttpStatusCode.Redirect, (await browser.PostFormAsync("account?handler=Password", form)).StatusCode);
        await browser.PostFormAsync("sign-out", new() { ["__RequestVerificationToken"] = form["__RequestVerificationToken"] });
        Assert.Equal(
            ["signed_out Comes and goes  ", "password_changed Comes and goes Comes and goes ", "refresh_token_reused Comes and goes Comes and goes ", "signed_in Comes and goes Comes and goes by a program",
                "signed_in Comes and goes Comes and goes ", "password_chosen Comes and goes Comes and goes made by Administrator (admin, cloud)"],
            await SaidAsync($"actor_uuid={uuid}"));
        Assert.Equal(["sign_in_failed nobody Comes and goes wrong password"], await SaidAsync($"subject_uuid={uuid}&action=sign_in_failed"));
        Assert.Contains("sign_in_failed nobody  nobody has this email", await SaidAsync("action=sign_in_failed"));
        var all = string.Join('\n', await cloud.Database.QueryAsync<string>("SELECT e::text FROM identity.audit_entries e"));
        Assert.DoesNotContain("my-real-password", all, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", all, StringComparison.Ordinal);
        Assert.All((await ReadAsync($"actor_uuid={uuid}"))["items"]!.AsArray(), e => Assert.Equal(("127.0.0.1", "person"), ((string)e!["address"]!, (string)e["actor_kind"]!)));
    }

    [Fact]
    public async Task What_was_refused_or_undone_is_not_written_down()
    {
        var before = (await cloud.Database.QueryAsync<long>("SELECT count(*) FROM identity.audit_entries")).Single();
        var mine = (await cloud.Database.QueryAsync<Guid>($"SELECT id FROM identity.people WHERE email = '{RunningHost.AdminEmail}'")).Single();
        using (var refused = await cloud.Admin.PatchAsJsonAsync($"api/v1/people/{mine}", new { name = "Somebody else", disabled = true }, Stop)) Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        using (var taken = await cloud.Admin.PostAsJsonAsync("api/v1/people", new { name = "Twin", email = RunningHost.AdminEmail, roles = new[] { new { role = "viewer" } } }, Stop)) Assert.Equal(HttpStatusCode.Conflict, taken.StatusCode);
        Assert.Equal(before, (await cloud.Database.QueryAsync<long>("SELECT count(*) FROM identity.audit_entries")).Single());
    }

    [Fact]
    public async Task Nothing_in_it_can_be_changed_or_removed()
    {
        await MadeAsync("Kept", "kept@example.org");
        foreach (var sql in new[] { "UPDATE identity.audit_entries SET actor = 'nobody'", "DELETE FROM identity.audit_entries", "TRUNCATE identity.audit_entries" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => cloud.Database.ExecuteAsync(sql));
            Assert.Contains("only added to", refused.MessageText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task It_is_searched_in_pages_by_an_admin_of_everything_alone()
    {
        foreach (var i in new[] { 1, 2, 3 }) await MadeAsync($"Søught %{i}", $"sought{i}@example.org");
        var found = new List<string>();
        for (string? cursor = null, more = ""; more is not null; cursor = more)
        {
            var page = await ReadAsync($"q=s%C3%B8ught&action=person_made&limit=2&cursor={cursor}");
            found.AddRange(page["items"]!.AsArray().Select(e => (string)e!["subject"]!));
            more = (string?)page["next_cursor"];
        }

        Assert.Equal(["Søught %3", "Søught %2", "Søught %1"], found);
        Assert.Single(await SaidAsync("q=%251&action=person_made"));
        var at = (await ReadAsync("q=s%C3%B8ught&action=person_made"))["items"]!.AsArray().Select(e => (string)e!["at"]!).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(2, (await SaidAsync($"q=s%C3%B8ught&action=person_made&from={at[1]}")).Count);
        Assert.Single(await SaidAsync($"q=s%C3%B8ught&action=person_made&to={at[1]}"));
        foreach (var wrong in new[] { "action=x", "limit=0", "cursor=%20", "from=yesterday", "subject_uuid=x", "q=%00" })
        {
            using var refused = await cloud.Admin.GetAsync($"api/v1/audit?{wrong}", Stop);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        var page1 = await cloud.PageAsync("/audit?Q=s%C3%B8ught&Did=person_made");
        Assert.Contains("Søught %3", page1, StringComparison.Ordinal);
        Assert.Matches("added\\s*&#32;\\s*<a href=\"/people/", page1);
        Assert.DoesNotContain("signed in<", page1, StringComparison.Ordinal);
        Assert.Contains("Nothing of the kind", await cloud.PageAsync("/audit?From=2020-01-01&To=2020-01-02"), StringComparison.Ordinal);

        var key = await cloud.PostAsync("api-keys", new { name = "Jury", role = "jury_president" });
        using var jury = cloud.Client((string)key["key"]!);
        foreach (var path in new[] { "api/v1/audit", "audit" }) Assert.Equal(HttpStatusCode.Forbidden, (await jury.GetAsync(path, Stop)).StatusCode);
    }

    private async Task<JsonObject> MadeAsync(string name, string email) => await cloud.PostAsync("people", new { name, email, roles = new[] { new { role = "referee" } } });

    private async Task<JsonObject> ReadAsync(string query) => (await cloud.Admin.GetFromJsonAsync<JsonObject>($"api/v1/audit?{query}", Stop))!;

    private async Task<IReadOnlyList<string>> SaidAsync(string query) =>
        [.. (await ReadAsync(query))["items"]!.AsArray().Select(e => $"{e!["action"]} {e["actor"]} {e["subject"]} {e["detail"]}")];

    private Task<HttpResponseMessage> LogInAsync(string email, string password) => cloud.Anonymous.PostAsJsonAsync("api/v1/auth/login", new { email, password }, Stop);

    private static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(Stop);

    private async Task SendAsync(string path)
    {
        using var answer = await cloud.Admin.PostAsync($"api/v1/{path}", null, Stop);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await TextAsync(answer)}");
    }

    private async Task PatchAsync(string path, object patch)
    {
        using var answer = await cloud.Admin.PatchAsJsonAsync($"api/v1/{path}", patch, Stop);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await TextAsync(answer)}");
    }
}
