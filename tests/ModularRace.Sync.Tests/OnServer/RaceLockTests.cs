using System.Text.Json;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Dedup.Contracts;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnServer;

/// <summary>
/// R3, R4: what regroups holds its race's lock. Uploads that make incidents of one competition wait for each other's numbers
/// too; corrections make none, and nothing but that lock has the later of two see the earlier.
/// </summary>
public sealed class RaceLockTests(CloudSync cloud) : IClassFixture<CloudSync>
{
    [Fact]
    public async Task Two_corrections_uploaded_at_once_that_make_two_incidents_the_same_are_seen_by_each_other()
    {
        var (a, b) = (await cloud.DeviceAsync(), await cloud.DeviceAsync());
        var (one, other) = (cloud.NewUuid(), cloud.NewUuid());
        await a.Upload(TestDevice.Record("incident", one, cloud.Incident(bib: 801)));
        await b.Upload(TestDevice.Record("incident", other, cloud.Incident(bib: 802)));

        Task<IReadOnlyList<UploadResult>> later = null!;
        await cloud.InTransaction(async scoped =>
        {
            var first = await scoped.GetRequiredService<IMediator>().Send(new UploadRecords(await Correction(a, one), "boot-1", Carried: a.Uuid));
            Assert.Equal("updated", Assert.Single(first.Results).Status);
            later = b.Upload(TestDevice.Record("incident", other, cloud.Incident(bib: 803), edit: 2));
            // It waits, or is done without having seen what is not committed yet.
            while (!later.IsCompleted && (await cloud.Sql.QueryAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")).Single() == 0)
                await Task.Yield();
        });

        Assert.Equal(["updated"], (await later).Select(r => r.Status));
        Assert.Single((await cloud.Send(new FindStandings([one, other]))).Select(s => s.StandsFor).Distinct());
        Assert.Single(await cloud.Sql.QueryAsync<Guid>("SELECT client_uuid FROM incidents.incidents WHERE stands"));
    }

    private async Task<UploadEnvelope> Correction(TestDevice device, Guid incident)
    {
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new
        {
            batch_uuid = cloud.NewUuid(), store_uuid = device.Store, records = new[] { TestDevice.Record("incident", incident, cloud.Incident(bib: 803), edit: 2) },
        }));
        return await UploadEnvelope.ReadAsync(body, TestContext.Current.CancellationToken);
    }
}
