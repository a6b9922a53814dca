using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Identifiers;
using ModularRace.Sync.Features.OnDevice.Clips;
using ModularRace.Sync.Features.OnDevice.Showing;
using ModularRace.Sync.Persistence.Device;

namespace ModularRace.Sync.Tests.OnDevice;

/// <summary>How many bytes of clips go in one day of the venue.</summary>
public sealed class ClipDayTests(ClipDayTests.PiInTokyo pi) : IClassFixture<ClipDayTests.PiInTokyo>
{
    private const int Limit = 2 << 20;

    [Fact]
    public async Task The_limit_is_never_passed_what_did_not_go_is_given_back_and_the_venues_midnight_begins_anew()
    {
        await pi.Send(new ChooseClipSending(ClipSending.Now, Limit));
        // Morning of the tests is 8 in the morning UTC: five in the afternoon in Tokyo.
        var spent = await pi.Send(new SpendClipBytes(1_500_000));
        Assert.Equal((new DateOnly(2026, 2, 8), 1_500_000), (spent.Day, spent.Granted));
        Assert.Equal(Limit - 1_500_000, (await pi.Send(new SpendClipBytes(1_500_000))).Granted);
        Assert.Equal(0, (await pi.Send(new SpendClipBytes(1))).Granted);
        Assert.Equal("day_limit", (await pi.Send(new ReadDevice())).ClipsWait);
        Assert.Equal(0, await pi.Send(new MayClipsGo(ByHand: true)));

        await pi.Send(new GiveBackClipBytes(spent.Day, 1000));
        Assert.Equal((Limit - 1000, null), await TodayAsync());
        Assert.Equal(int.MaxValue, await pi.Send(new MayClipsGo(ByHand: false)));
        Assert.Equal(1000, (await pi.Send(new SpendClipBytes(5000))).Granted);

        pi.Time.Advance(TimeSpan.FromHours(6.9));
        Assert.Equal((Limit, "day_limit"), await TodayAsync());
        pi.Time.Advance(TimeSpan.FromHours(0.2));
        Assert.Equal((0, null), await TodayAsync());
        Assert.Equal(5000, (await pi.Send(new SpendClipBytes(5000))).Granted);
    }

    private async Task<(long Sent, string? Wait)> TodayAsync()
    {
        var list = await pi.Send(new ListClips());
        return (list.DaySentBytes, list.Wait);
    }

    public sealed class PiInTokyo : PiModules
    {
        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await Send(new ListClips());
            await Sql.ExecuteAsync($"UPDATE sync.this_device SET competition_uuid = '{Uuids.New(TimeProvider.System)}'");
        }

        protected override void Configure(IServiceCollection services) =>
            services.Replace(ServiceDescriptor.Scoped<IRequestHandler<FindCompetitions, IReadOnlyList<CompetitionSummary>>, InTokyo>());
    }

    private sealed class InTokyo : IRequestHandler<FindCompetitions, IReadOnlyList<CompetitionSummary>>
    {
        public Task<IReadOnlyList<CompetitionSummary>> Handle(FindCompetitions request, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<CompetitionSummary>>(
                [new(request.Uuids!.Single(), "Trial Cup", null, "JPN", new DateOnly(2026, 2, 8), new DateOnly(2026, 2, 8), "Asia/Tokyo", false, "cloud", 0, 0, 0, 0, null)]);
    }
}
