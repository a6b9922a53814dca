using MediatR;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Competitions.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Tests.Features.Lookup;

public sealed class CloudWhereThingsLeave : CloudModules
{
    protected override void Configure(IServiceCollection services) => services.AddScoped<IRequestHandler<Leave, Done>, LeaveHandler>();
}

/// <summary>A place or a bib leaves within a command, as Competitions sends it.</summary>
internal sealed record Leave(ReferenceLeaving Leaving) : ICommand<Done>;

internal sealed class LeaveHandler(IMediator mediator) : IRequestHandler<Leave, Done>
{
    public async Task<Done> Handle(Leave request, CancellationToken cancellationToken)
    {
        await mediator.Publish(request.Leaving, cancellationToken);
        return default;
    }
}

public sealed class ReferenceLeavingTests(CloudWhereThingsLeave cloud) : IClassFixture<CloudWhereThingsLeave>
{
    [Fact]
    public async Task A_location_or_bib_that_an_incident_names_is_in_use()
    {
        var course = await Course.Of(cloud);
        await course.Report();
        var leaving = new ReferenceLeaving(course.Race, [course.Gate, course.Finish], [12, 13]);
        await cloud.Send(new Leave(leaving));
        Assert.Equal([course.Gate.ToString(), "12"], leaving.InUse.OrderByDescending(u => u.Length));
    }

    [Fact]
    public async Task A_report_that_is_on_its_way_is_waited_for_before_its_place_goes()
    {
        var course = await Course.Of(cloud);
        var (incident, _, _) = await course.Report();
        await using var other = await cloud.Sql.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var work = other.CreateCommand();
        work.CommandText = $"SELECT pg_advisory_xact_lock(hashtextextended('{RaceLock.Scope}:{course.Race}', 0)); "
            + $"UPDATE incidents.incidents SET race_location_uuid = '{course.Finish}' WHERE client_uuid = '{incident.ClientUuid}'";
        await work.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var leaving = new ReferenceLeaving(course.Race, [course.Finish], []);
        var left = cloud.Send(new Leave(leaving));
        while (!left.IsCompleted && (await cloud.Sql.QueryAsync<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")).Single() == 0)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await left;
        Assert.Equal([course.Finish.ToString()], leaving.InUse);
    }
}
