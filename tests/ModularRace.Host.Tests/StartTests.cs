namespace ModularRace.Host.Tests;

public sealed class StartTests
{
    [Theory]
    [InlineData("SYSTEM_MODE", "offline", "SYSTEM_MODE is 'offline'")]
    [InlineData("ConnectionStrings__ModularRace", "", "ConnectionStrings__ModularRace is not set")]
    [InlineData("ConnectionStrings__ModularRace", "Host=127.0.0.1;Port=1;Username=nobody;Database=race", "the database 'race' at 127.0.0.1:1 cannot be used")]
    [InlineData("Admin__Password", "short", "the first admin cannot be made")]
    public async Task What_is_wrong_stops_the_start_with_one_line(string setting, string value, string line)
    {
        await using var host = new RunningHost("cloud");
        host.Settings[setting] = value;
        Assert.Equal(1, await host.StartAndEndAsync());
        Assert.Contains($"ModularRace does not start: {line}", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }
}
