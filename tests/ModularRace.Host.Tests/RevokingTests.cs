using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace ModularRace.Host.Tests;

/// <summary>R15: a lost Pi is revoked in one step, also out of a request that it has under way.</summary>
[Collection<WatchfulCloud.Tests>]
public sealed class RevokingTests(WatchfulCloud cloud)
{
    [Fact]
    public async Task An_upload_whose_body_is_still_on_its_way_stores_nothing()
    {
        var competition = await cloud.CompetitionAsync("Revoked");
        var (race, _) = await cloud.RaceAsync(competition);
        var device = await cloud.DeviceAsync("Lost", competition);
        var incident = WatchfulCloud.NewUuid();
        using var body = new Halves(await Sender.Upload(new { type = "incident", client_uuid = incident, edit = 1, data = new { race_uuid = race, bib_number = 7, occurred_at = "2026-02-08T10:00:00Z" } }).ReadAsByteArrayAsync());
        using var request = device.Request(HttpMethod.Post, "upload", body);
        var answering = device.Http.SendAsync(request);
        await body.FirstHalfSent;
        await RevokeAsync(device);
        body.SendTheRest();
        await RefusedAsync(await answering);
        Assert.Equal(0L, (await cloud.Database.QueryAsync<long>("SELECT count(*) FROM sync.record_versions WHERE client_uuid = $1", incident)).Single());
        Assert.Equal(0L, (await cloud.Database.QueryAsync<long>("SELECT count(*) FROM sync.uploads WHERE device_uuid = $1", device.Uuid)).Single());
    }

    [Theory]
    [InlineData("changes")]
    [InlineData("download")]
    public async Task An_answer_that_is_being_made_is_not_given(string what)
    {
        var competition = await cloud.CompetitionAsync("Revoked");
        var device = await cloud.DeviceAsync("Lost", competition);
        using var first = await device.Http.SendAsync(device.Request(HttpMethod.Get, $"download?competition_uuid={competition}"));
        var cursor = (await first.Content.ReadFromJsonAsync<JsonObject>())!["cursor"]!.GetValue<string>();

        // Held inside, after it was let in.
        await using var source = NpgsqlDataSource.Create(cloud.Database.ConnectionString + ";Pooling=false");
        await using var holder = await source.OpenConnectionAsync();
        await using var held = await holder.BeginTransactionAsync();
        await using (var take = new NpgsqlCommand("LOCK TABLE sync.record_versions, sync.feed_epoch IN ACCESS EXCLUSIVE MODE", holder, held)) await take.ExecuteNonQueryAsync();
        var answering = device.Http.SendAsync(device.Request(HttpMethod.Get, what == "changes" ? $"changes?cursor={cursor}" : $"download?competition_uuid={competition}"));
        await WatchfulCloud.UntilAsync(async () => (await cloud.Database.QueryAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IN ('sync.record_versions'::regclass, 'sync.feed_epoch'::regclass)")).Single() > 0);
        await RevokeAsync(device);
        await held.CommitAsync();
        await RefusedAsync(await answering);
    }

    [Fact]
    public async Task No_receipt_is_given_once_the_revocation_is_answered()
    {
        var competition = await cloud.CompetitionAsync("Revoked");
        var device = await cloud.DeviceAsync("Lost", competition);
        Task<HttpResponseMessage> VerifyAsync() => device.Http.SendAsync(device.Request(HttpMethod.Post, "verify", JsonContent.Create(new { competition_uuid = competition, records = Array.Empty<object>(), clips = Array.Empty<string>() })));
        Assert.Equal(HttpStatusCode.OK, (await VerifyAsync()).StatusCode);

        // The revocation has its turn first; the verification that came in before it was answered waits for that turn.
        await using var source = NpgsqlDataSource.Create(cloud.Database.ConnectionString + ";Pooling=false");
        await using var holder = await source.OpenConnectionAsync();
        await using var held = await holder.BeginTransactionAsync();
        await using (var take = new NpgsqlCommand($"SELECT pg_advisory_xact_lock(hashtextextended('device:{device.Uuid}', 0)); UPDATE sync.devices SET revoked_at = now() WHERE device_uuid = '{device.Uuid}'", holder, held)) await take.ExecuteNonQueryAsync();
        var answering = VerifyAsync();
        await WatchfulCloud.UntilAsync(async () => (await cloud.Database.QueryAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")).Single() > 0);
        await held.CommitAsync();
        await RefusedAsync(await answering);
        Assert.Equal(1L, (await cloud.Database.QueryAsync<long>("SELECT count(*) FROM sync.given_receipts WHERE device_uuid = $1", device.Uuid)).Single());
    }

    private async Task RevokeAsync(Sender device) => await cloud.PostAsync($"devices/{device.Uuid}/revoke", new { });

    private static async Task RefusedAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("device_revoked", (await answer.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>());
        }
    }

    /// <summary>A body whose second half waits.</summary>
    private sealed class Halves : HttpContent
    {
        private readonly byte[] bytes;
        private readonly TaskCompletionSource sent = new(TaskCreationOptions.RunContinuationsAsynchronously), rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Halves(byte[] bytes)
        {
            this.bytes = bytes;
            Headers.ContentType = new("application/json");
        }

        public Task FirstHalfSent => sent.Task;

        public void SendTheRest() => rest.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
            await stream.FlushAsync();
            sent.SetResult();
            await rest.Task;
            await stream.WriteAsync(bytes.AsMemory(bytes.Length / 2));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }
}
