using ModularRace.Incidents.Domain.Clips;

namespace ModularRace.Incidents.Tests.Features.Clips;

public sealed class ClipFormatTests
{
    [Fact]
    public void Formats_go_by_content_and_tell_their_length()
    {
        Assert.Equal(new ClipJudgement("video/mp4", 7000, null), Judge(ClipFiles.Mp4(4000, seconds: 7)));
        Assert.Equal(new ClipJudgement("video/webm", 9000, null), Judge(ClipFiles.WebM(4000, seconds: 9)));
        Assert.NotNull(Judge(ClipFiles.Mp4(4000, codec: "hev1")).Fault);
    }

    /// <summary>Whatever is cut, changed or lengthened: it is judged, in time, and nothing is thrown.</summary>
    [Fact]
    public void No_damage_of_a_clip_makes_it_more_than_refused()
    {
        var random = new Random(5);
        foreach (var whole in new[] { ClipFiles.Mp4(1500), ClipFiles.WebM(1500) })
        {
            // A WebM that ends with one of its pictures is a shorter one.
            for (var length = 0; length < whole.Length; length++) Assert.True(Judge(whole[..length]) is { Fault: not null } or { ContentType: ClipFormat.WebM, DurationMs: null or 6000 }, $"{length}");
            for (var round = 0; round < 20_000; round++)
            {
                var damaged = whole.ToArray();
                for (var changes = random.Next(1, 6); changes > 0; changes--) damaged[random.Next(round % 2 == 0 ? 700 : damaged.Length)] = (byte)random.Next(256);
                var judgement = Judge(damaged);
                Assert.True(judgement.ContentType is null != judgement.Fault is null);
            }
        }
    }

    private static ClipJudgement Judge(byte[] bytes) => ClipFormat.Judge(new MemoryStream(bytes));
}
