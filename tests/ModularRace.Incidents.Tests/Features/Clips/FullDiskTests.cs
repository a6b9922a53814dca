using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Incidents.Features.Clips;

namespace ModularRace.Incidents.Tests.Features.Clips;

/// <summary>A disk of which so little is free that clips get none.</summary>
public sealed class FullDisk : CloudModules
{
    protected override void Configure(IServiceCollection services)
    {
        var settings = (ClipSettings)services.Last(s => s.ServiceType == typeof(ClipSettings)).ImplementationInstance!;
        services.Replace(ServiceDescriptor.Singleton(settings with { LeastFree = 1 }));
    }
}

public sealed class FullDiskTests(FullDisk modules) : IClassFixture<FullDisk>
{
    [Fact]
    public async Task With_little_of_the_disk_free_reports_are_taken_and_clips_are_not()
    {
        var course = await Course.Of(modules);
        var report = (await course.Report(bib: 3)).Report.ClientUuid;
        await course.Refused(new BeginClip(report, 5000, null), 507, "disk_full");
        Assert.False(await modules.Send(new FindClipRoom()));
        Assert.NotNull((await course.Report(bib: 4)).Report);
    }
}
