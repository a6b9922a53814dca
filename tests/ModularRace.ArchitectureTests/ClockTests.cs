namespace ModularRace.ArchitectureTests;

/// <summary>R10: nothing asks the machine for the time but through TimeProvider. The build forbids it too; here it is seen without the build.</summary>
public sealed class ClockTests
{
    [Fact]
    public void Nothing_asks_the_machine_for_the_time() => Violations.None(House.Files(House.Source).SelectMany(Rules.MachineClock));

    [Theory]
    [InlineData("var at = DateTime.Now;")]
    [InlineData("var at = System.DateTime.UtcNow.AddDays(1);")]
    [InlineData("var at = DateTimeOffset.UtcNow;")]
    [InlineData("Func<DateTimeOffset> now = () => System.DateTimeOffset.Now;")]
    public void A_planted_look_at_the_clock_is_found(string source) => Assert.Single(Rules.MachineClock(new SourceFile("planted.cs", source)));

    [Theory]
    [InlineData("var at = time.GetUtcNow();")]
    [InlineData("// DateTime.Now is banned")]
    [InlineData("var text = \"DateTime.Now\";")]
    public void What_does_not_look_at_it_passes(string source) => Violations.None(Rules.MachineClock(new SourceFile("fine.cs", source)));
}
