using System.Text;
using System.Text.Json.Nodes;
using ModularRace.Shared.Json;

namespace ModularRace.Sync.Tests.Wire;

/// <summary>RFC 8785: both sides, and whoever writes a third, must come to the same bytes (R2, R13).</summary>
public sealed class CanonicalJsonTests
{
    // From RFC 8785, appendix B, and where the shortest form and the rounded one begin with different powers of ten.
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("1.0", "1")]
    [InlineData("4.50", "4.5")]
    [InlineData("2e-3", "0.002")]
    [InlineData("1E30", "1e+30")]
    [InlineData("0.000000000000000000000000001", "1e-27")]
    [InlineData("333333333.33333329", "333333333.3333333")]
    [InlineData("9007199254740992", "9007199254740992")]
    [InlineData("295147905179352830000", "295147905179352830000")]
    [InlineData("9.999999999999997e22", "9.999999999999997e+22")]
    [InlineData("1e23", "1e+23")]
    [InlineData("1.0000000000000001e23", "1.0000000000000001e+23")]
    [InlineData("999999999999999900000", "999999999999999900000")]
    [InlineData("1e21", "1e+21")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("1e-7", "1e-7")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    [InlineData("9223372036854775807", "9223372036854776000")]
    [InlineData("-9223372036854775808", "-9223372036854776000")]
    public void A_number_has_the_shortest_form_of_its_double(string sent, string canonical) => Assert.Equal(canonical, Canonical(sent));

    [Fact]
    public void Names_are_in_the_order_of_their_code_units_and_text_escapes_what_it_must_only() =>
        Assert.Equal(
            """{"\r":1,"1":2,"a":"\u0001\"\\\b\t\n/é€😀","é":[true,null,{}]}""",
            Canonical("""{"é": [true, null, {}], "a": "\u0001\"\\\u0008\t\n\/\u00e9€\ud83d\ude00", "1": 2, "\r": 1}"""));

    private static string Canonical(string json) => Encoding.UTF8.GetString(CanonicalJson.Write(JsonNode.Parse(json)));
}
