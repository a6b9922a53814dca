using ModularRace.Shared.Problems;
using ModularRace.Shared.Web;
using ModularRace.Sync.Contracts;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Features.OnServer.Devices;

namespace ModularRace.Sync.Tests.OnServer;

public sealed class PairingTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    [Fact]
    public async Task The_same_code_and_device_again_get_a_new_token_and_the_old_one_is_void()
    {
        var (code, device) = ((await cloud.CodeAsync()).PairingCode, cloud.NewUuid());
        var first = (await cloud.PairAsync(code, device)).Paired!;
        var second = (await cloud.PairAsync($" {code[..4].ToLowerInvariant()}-{code[4..]}", device)).Paired!;

        Assert.NotEqual(first.ApiToken, second.ApiToken);
        Assert.Equal(first.ReceiptKey, second.ReceiptKey);
        Assert.False((await SignIn(device, second.ApiToken))!.Revoked);
        Assert.Null(await SignIn(device, first.ApiToken));
        Assert.Null(await SignIn(device, "not the token"));
        Assert.Null(await SignIn(cloud.NewUuid(), second.ApiToken));
    }

    [Fact]
    public async Task A_code_used_by_another_device_or_expired_is_invalid()
    {
        var code = (await cloud.CodeAsync()).PairingCode;
        Assert.NotNull((await cloud.PairAsync(code, cloud.NewUuid())).Paired);
        AssertInvalid((await cloud.PairAsync(code, cloud.NewUuid(), "192.0.2.2")).Refused);

        var late = (await cloud.CodeAsync()).PairingCode;
        cloud.Time.Advance(TimeSpan.FromMinutes(10));
        AssertInvalid((await cloud.PairAsync(late, cloud.NewUuid(), "192.0.2.2")).Refused);
        AssertInvalid((await cloud.PairAsync("nonsense", cloud.NewUuid(), "192.0.2.2")).Refused);
    }

    [Fact]
    public async Task A_known_device_is_paired_anew_only_by_a_code_for_it()
    {
        var device = await cloud.DeviceAsync();
        Assert.Equal(409, (await cloud.PairAsync((await cloud.CodeAsync()).PairingCode, device.Uuid)).Refused!.Status);
        var bound = (await cloud.CodeAsync(device: device.Uuid)).PairingCode;
        AssertInvalid((await cloud.PairAsync(bound, cloud.NewUuid(), "192.0.2.3")).Refused);
        Assert.NotNull((await cloud.PairAsync(bound, device.Uuid)).Paired);
    }

    [Fact]
    public async Task Ten_wrong_tries_a_minute_are_enough_and_a_right_one_still_passes()
    {
        const string Address = "198.51.100.7";
        for (var i = 0; i < 10; i++) AssertInvalid((await cloud.PairAsync("23456789", cloud.NewUuid(), Address)).Refused);
        var refused = (await cloud.PairAsync("23456789", cloud.NewUuid(), Address)).Refused!;
        Assert.Equal(429, refused.Status);
        Assert.NotNull(refused.RetryAfter);
        AssertInvalid((await cloud.PairAsync("23456789", cloud.NewUuid(), "198.51.100.8")).Refused);
        Assert.NotNull((await cloud.PairAsync((await cloud.CodeAsync()).PairingCode, cloud.NewUuid(), Address)).Paired);
        cloud.Time.Advance(TimeSpan.FromMinutes(1));
        AssertInvalid((await cloud.PairAsync("23456789", cloud.NewUuid(), Address)).Refused);
    }

    [Fact]
    public async Task Neither_code_nor_token_is_in_the_database()
    {
        var (code, device) = ((await cloud.CodeAsync()).PairingCode, cloud.NewUuid());
        var token = (await cloud.PairAsync(code, device)).Paired!.ApiToken;
        var everything = string.Concat(await cloud.Sql.QueryAsync<string>("SELECT d::text FROM sync.devices d UNION ALL SELECT c::text FROM sync.pairing_codes c"));
        Assert.DoesNotContain(code, everything, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(token, everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_device_is_told_so_and_its_code_lets_it_in_no_more()
    {
        var (code, device) = ((await cloud.CodeAsync()).PairingCode, cloud.NewUuid());
        var token = (await cloud.PairAsync(code, device)).Paired!.ApiToken;
        Assert.Equal("revoked", (await cloud.Send(new RevokeDevice(device))).State);
        Assert.True((await SignIn(device, token))!.Revoked);
        AssertInvalid((await cloud.PairAsync(code, device, "192.0.2.4")).Refused);
        Assert.Contains((await cloud.Send(new ListDevices(new PageRequest(500, null)))).Items, d => d.DeviceUuid == device && d.State == "revoked");
    }

    private Task<DeviceIdentity?> SignIn(Guid device, string token) => cloud.Send(new AuthenticateDevice(device, PairingCodes.DigestToken(token)));

    private static void AssertInvalid(Problem? problem)
    {
        Assert.Equal(404, problem?.Status);
        Assert.Equal("pairing_code_invalid", problem!.Code);
    }
}
