using Microsoft.Extensions.Time.Testing;
using ModularRace.Host.Features.Phones;

namespace ModularRace.Host.Tests;

/// <summary>R10, R15: the code is good for ten minutes of the monotonic clock, whatever the wall clock does, once, and only the newest.</summary>
public sealed class PhoneInvitationsTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void A_code_is_good_for_ten_minutes()
    {
        var invitations = new PhoneInvitations(time);
        var code = invitations.Make();
        time.Advance(PhoneInvitations.Holds - TimeSpan.FromMilliseconds(1));
        Assert.True(invitations.IsOpen(code));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(invitations.IsOpen(code));
        Assert.False(invitations.Take(code));
    }

    [Fact]
    public void It_is_taken_once_and_a_newer_one_voids_it()
    {
        var invitations = new PhoneInvitations(time);
        Assert.False(invitations.Take(null));
        var old = invitations.Make();
        var code = invitations.Make();
        Assert.False(invitations.Take(old));
        Assert.False(invitations.Take(code + "x"));
        Assert.True(invitations.Take(code));
        Assert.False(invitations.Take(code));
    }
}
