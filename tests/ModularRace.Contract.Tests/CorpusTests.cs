using ModularRace.Contract.Tests.Corpus;

namespace ModularRace.Contract.Tests;

/// <summary>
/// A Pi of an earlier version against this cloud: what one sent on a race day, from pairing to the proof that all is here, was
/// recorded with its answers and is sent again. Never record a version anew once Pis of it are out: add the next beside it.
/// </summary>
public sealed class CorpusTests(CorpusTests.FreshCloud cloud) : IClassFixture<CorpusTests.FreshCloud>
{
    [Fact]
    public async Task What_a_Pi_of_version_1_sent_is_answered_as_it_was()
    {
        var exchanges = Exchange.Read("v1");
        foreach (var path in new[] { "/sync/health", "/devices/pair", "/sync/competitions", "/sync/download", "/sync/changes", "/sync/upload", "/sync/verify" })
            Assert.Contains(exchanges, e => e.As != "person" && e.Path.Split('?')[0] == "/api/v1" + path);
        var replay = new Replay(cloud.Anonymous, cloud.Admin.DefaultRequestHeaders.Authorization!.Parameter!);
        foreach (var exchange in exchanges) Assert.Equal([], await replay.SendAsync(exchange));
    }

    /// <summary>Nothing else is in its feed.</summary>
    public sealed class FreshCloud : RunningCloud;
}
