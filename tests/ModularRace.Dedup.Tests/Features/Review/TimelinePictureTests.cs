using CsCheck;
using ModularRace.Dedup.Features.Review;
using ModularRace.Shared.Time;

namespace ModularRace.Dedup.Tests.Features.Review;

public sealed class TimelinePictureTests
{
    private static readonly VenueTime Venue = new("Europe/Rome");

    [Fact]
    public void Later_stands_further_right_and_no_words_of_a_side_meet_or_leave_the_picture() =>
        Gen.Select(Gen.OneOf(Gen.Int[0, 30], Gen.Int[0, 90_000]), Gen.Int[3, 60], Gen.Int[0, 60], Gen.Int[0, 2]).Array[2, 12].Sample(all =>
        {
            var line = new ConflictTimeline(["Cloud", "Pi Start", "Pi Finish"], [.. all.OrderBy(m => m.Item1).Select(m => Mark(m.Item1, m.Item2, m.Item3, m.Item4))]);
            var picture = TimelinePicture.Of(line, Venue);
            Assert.Equal(line.Marks, picture.Marks.Select(m => m.Mark));
            foreach (var (mark, x) in picture.Marks)
            {
                Assert.InRange(x, TimelinePicture.Left, picture.Width - TimelinePicture.Length(mark, Venue) + .001);
                Assert.All(picture.Marks.Where(m => m.Mark.Side == mark.Side && m.Mark != mark && m.X >= x), m => Assert.True(m.X >= x + TimelinePicture.Length(mark, Venue) - .001));
                Assert.All(picture.Marks.Where(m => m.Mark.Side != mark.Side && m.Mark.At > mark.At), m => Assert.True(m.X > x || picture.Marks.Any(b => b.Mark.At == mark.At && b.Mark.Side == mark.Side && b.X < x)));
            }
        }, iter: 2_000, threads: 1);

    [Fact]
    public void Room_is_shared_out_by_time_and_a_pause_far_longer_than_the_others_is_cut()
    {
        var picture = TimelinePicture.Of(new ConflictTimeline(["Cloud", "Pi"], [Mark(0, 4, 0, 0), Mark(600, 4, 0, 1), Mark(1_200, 4, 0, 0), Mark(12_000, 4, 0, 1)]), Venue);
        var x = picture.Marks.Select(m => m.X).ToList();
        Assert.InRange(x[3] - x[2], 2 * (x[1] - x[0]), 5 * (x[1] - x[0]));
        var cut = Assert.Single(picture.Cuts);
        Assert.InRange(cut, x[2], x[3]);
    }

    private static TimelineMark Mark(int second, int words, int own, int side) =>
        new(new DateTimeOffset(2026, 2, 8, 10, 0, 0, TimeSpan.Zero).AddSeconds(second), new string('w', words), own == 0 ? null : new string('o', own), Side: side);
}
