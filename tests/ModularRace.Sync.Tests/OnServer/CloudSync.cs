using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MediatR;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Records;
using ModularRace.Sync.Features.OnServer.Pairing;
using ModularRace.Sync.Features.OnServer.Uploading;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Tests.OnServer;

/// <summary>A cloud with a competition, a race and a location, and devices that upload to it.</summary>
public class CloudSync : CloudModules
{
    public Guid Competition { get; } = Guid.Parse("01900000-0000-7000-8000-000000000001");

    public Guid Race { get; } = Guid.Parse("01900000-0000-7000-8000-000000000002");

    public Guid Location { get; } = Guid.Parse("01900000-0000-7000-8000-000000000003");

    protected override void Configure(IServiceCollection services)
    {
        services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        services.AddScoped<IRequestHandler<Held, Done>, HeldHandler>();
    }

    protected override async Task StartedAsync() => await ApplyAsync(
        new IncomingRecord(RecordTypes.Competition, Competition, Json(new { name = "Val Cup", country = "ITA", start_date = "2026-02-08", end_date = "2026-02-09", time_zone = "Europe/Rome" }), "cloud"),
        new IncomingRecord(RecordTypes.Race, Race, Json(new { competition_uuid = Competition, name = "Sprint", discipline = "sprint" }), "cloud"),
        new IncomingRecord(RecordTypes.RaceLocation, Location, Json(new { race_uuid = Race, name = "Transition 1" }), "cloud"));

    public Guid NewUuid() => Uuids.New(Time);

    public static JsonObject Json(object value) => JsonSerializer.SerializeToNode(value)!.AsObject();

    public async Task ApplyAsync(params IncomingRecord[] records) => await Send(new ApplyReferenceRecords(records));

    /// <summary>Runs a command's work in one transaction that the test holds open for as long as it likes.</summary>
    public Task InTransaction(Func<IServiceProvider, Task> work) =>
        InScope(async scoped => await scoped.GetRequiredService<IMediator>().Send(new Held(async () => await work(scoped))));

    internal async Task<PairingCodeMade> CodeAsync(string name = "Pi Start", Guid? device = null, IReadOnlyList<Guid>? competitions = null, bool mayDecide = false) =>
        await Send(new MakePairingCode(name, competitions, mayDecide, device));

    internal Task<PairOutcome> PairAsync(string code, Guid device, string address = "192.0.2.1") => Send(new PairDevice(code, device, null, address), Actor.Nobody);

    /// <summary>A paired device; <paramref name="competitions"/> null: all.</summary>
    public async Task<TestDevice> DeviceAsync(bool mayDecide = false, IReadOnlyList<Guid>? competitions = null, string? name = null)
    {
        var uuid = NewUuid();
        var paired = await PairAsync((await CodeAsync(name ?? "Pi " + uuid.ToString()[^4..], null, competitions, mayDecide)).PairingCode, uuid);
        Assert.NotNull(paired.Paired);
        return new TestDevice(this, uuid);
    }

    public JsonObject Incident(int bib = 42, string at = "2026-02-08T10:30:05.000Z", string? description = null, Guid? location = null) => Json(new
    {
        race_uuid = Race,
        race_location_uuid = location ?? Location,
        bib_number = bib,
        occurred_at = at,
        clock_offset_ms = 0,
        clock_uncertainty_ms = 50,
        clock_source = "monotonic",
        status = "unofficial",
        decision = "pending",
        description = description ?? "Gate 7 cut",
    });
}

/// <summary>A device as the cloud sees it: what it sends.</summary>
public sealed class TestDevice(CloudSync cloud, Guid uuid)
{
    public Guid Uuid { get; } = uuid;

    public Guid Store { get; set; } = Uuids.New(TimeProvider.System);

    public Actor Actor { get; } = new("a Pi", [], uuid);

    internal static object Record(string type, Guid uuid, object data, long edit = 1, string? baseRevision = null) =>
        new { type, client_uuid = uuid, edit, base_revision = baseRevision, data };

    internal Task<IReadOnlyList<UploadResult>> Upload(params object[] records) =>
        UploadText(JsonSerializer.Serialize(new { batch_uuid = Uuids.New(TimeProvider.System), store_uuid = Store, sent_at = "2026-02-08T10:31:00Z", records }));

    /// <summary>Uploads and tells its runs, or how it is.</summary>
    internal Task<IReadOnlyList<UploadResult>> UploadWith(object[] records, object[]? runs = null, object? status = null, string? boot = "boot-1") =>
        UploadText(
            JsonSerializer.Serialize(
                new { batch_uuid = Uuids.New(TimeProvider.System), store_uuid = Store, sent_at = "2026-02-08T10:31:00Z", status, runs, records }),
            boot);

    internal async Task<IReadOnlyList<UploadResult>> UploadText(string body, string? boot = "boot-1")
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(body));
        var envelope = await UploadEnvelope.ReadAsync(stream, TestContext.Current.CancellationToken);
        return (await cloud.Send(new UploadRecords(envelope, boot, cloud.Time.GetTimestamp()), Actor)).Results;
    }
}

internal sealed record Held(Func<Task> Work) : ICommand<Done>;

internal sealed class HeldHandler : IRequestHandler<Held, Done>
{
    public async Task<Done> Handle(Held request, CancellationToken cancellationToken)
    {
        await request.Work();
        return default;
    }
}
