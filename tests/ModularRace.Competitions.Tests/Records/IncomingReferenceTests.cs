using System.Text.Json.Nodes;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Records;

namespace ModularRace.Competitions.Tests.Records;

/// <summary>A cloud that keeps what was said of changed records.</summary>
public sealed class ListeningCloud : CloudModules
{
    public List<RecordsChanged> Said { get; } = [];

    protected override void Configure(IServiceCollection services)
    {
        services.AddSingleton(Said);
        services.AddScoped<INotificationHandler<RecordsChanged>, Listener>();
    }

    private sealed class Listener(List<RecordsChanged> said) : INotificationHandler<RecordsChanged>
    {
        public Task Handle(RecordsChanged notification, CancellationToken cancellationToken)
        {
            said.Add(notification);
            return Task.CompletedTask;
        }
    }
}

public sealed class IncomingReferenceTests(ListeningCloud cloud) : IClassFixture<ListeningCloud>
{
    private const string Device = "0190b000-0000-7000-8000-00000000000d";

    [Fact]
    public async Task A_whole_competition_comes_in_and_goes_out_the_same()
    {
        var uuids = Enumerable.Range(1, 5).Select(_ => Uuids.New(TimeProvider.System)).ToArray();
        List<IncomingRecord> records =
        [
            Incoming(RecordTypes.Competition, uuids[0], Competition()),
            Incoming(RecordTypes.Race, uuids[1], new() { ["competition_uuid"] = $"{uuids[0]}", ["name"] = "Sprint", ["discipline"] = "sprint", ["scheduled_at"] = "2026-02-08T23:30:00.000Z" }),
            Incoming(RecordTypes.RaceLocation, uuids[2], new() { ["race_uuid"] = $"{uuids[1]}", ["name"] = "Start" }),
            Incoming(RecordTypes.Athlete, uuids[3], new() { ["first_name"] = "Zoë", ["last_name"] = "Ångström", ["nation"] = "SWE" }),
            Incoming(RecordTypes.BibAssignment, uuids[4], new() { ["race_uuid"] = $"{uuids[1]}", ["bib_number"] = 7, ["athlete_uuids"] = new JsonArray($"{uuids[3]}") }),
        ];
        Assert.All(await cloud.Send(new CheckReferenceRecords(records)), o => Assert.Equal(RecordVerdict.Acceptable, o.Verdict));

        cloud.Said.Clear();
        var created = await cloud.Send(new ApplyReferenceRecords(records));
        Assert.All(created, o => Assert.Equal(RecordVerdict.Created, o.Verdict));
        Assert.All(created.Where(o => o.Type != RecordTypes.Athlete), o => Assert.Equal(uuids[0], o.CompetitionUuid));
        var said = Assert.Single(cloud.Said);
        Assert.Equal((ChangeSource.Received, 5), (said.Source, said.Records.Count));
        Assert.All(said.Records, r => Assert.Equal(Device, r.Origin));

        var again = await cloud.Send(new ApplyReferenceRecords(records));
        Assert.All(again, o => Assert.Equal(RecordVerdict.Unchanged, o.Verdict));
        Assert.Equal(created.Select(o => o.Revision), again.Select(o => o.Revision));
        Assert.Single(cloud.Said);

        // What goes out can come in elsewhere, and is the same there.
        var read = await cloud.Send(new ReadReferenceRecords(uuids[0]));
        Assert.Equal(uuids, read.Select(r => r.ClientUuid));
        Assert.All(await cloud.Send(new ApplyReferenceRecords([.. read.Select(r => new IncomingRecord(r.Type, r.ClientUuid, r.Content, r.Origin, r.Deleted))])),
            o => Assert.Equal(RecordVerdict.Unchanged, o.Verdict));

        // 23:30 UTC is the next day at the venue.
        Assert.Single(await cloud.Send(new ReadReferenceRecords(uuids[0], new DateOnly(2026, 2, 8))));
        Assert.Equal(5, (await cloud.Send(new ReadReferenceRecords(uuids[0], new DateOnly(2026, 2, 9)))).Count);
    }

    [Fact]
    public async Task One_bad_record_harms_itself_and_what_hangs_on_it_only()
    {
        Guid competition = Uuids.New(TimeProvider.System), race = Uuids.New(TimeProvider.System), bad = Uuids.New(TimeProvider.System);
        var outcomes = await cloud.Send(new ApplyReferenceRecords(
        [
            Incoming(RecordTypes.Competition, competition, Competition()),
            Incoming(RecordTypes.Race, bad, new() { ["competition_uuid"] = $"{competition}", ["name"] = "Sprint", ["discipline"] = "slalom" }),
            Incoming(RecordTypes.RaceLocation, Uuids.New(TimeProvider.System), new() { ["race_uuid"] = $"{bad}", ["name"] = "Start" }),
            Incoming(RecordTypes.Race, race, new() { ["competition_uuid"] = $"{competition}", ["name"] = "Sprint", ["discipline"] = "sprint" }),
            Incoming("weather", Uuids.New(TimeProvider.System), []),
        ]));
        Assert.Equal(
            [RecordVerdict.Created, RecordVerdict.Invalid, RecordVerdict.MissingParent, RecordVerdict.Created, RecordVerdict.Invalid],
            outcomes.Select(o => o.Verdict));
        Assert.Equal("discipline", outcomes[1].Error!.Field);
        Assert.Equal(bad, outcomes[2].MissingParentUuid);
        Assert.Equal("foreign_key_not_found", outcomes[2].Error!.Code);
    }

    [Theory]
    [InlineData("country", "Italia")]
    [InlineData("time_zone", "Mars/Olympus")]
    [InlineData("end_date", "2020-01-01")]
    [InlineData("start_date", "08.02.2026")]
    [InlineData("webpage_url", "javascript:alert(1)")]
    [InlineData("name", "")]
    public async Task A_field_that_a_request_may_not_have_a_record_may_not_have_either(string field, string value)
    {
        var data = Competition();
        data[field] = value;
        var outcome = Assert.Single(await cloud.Send(new CheckReferenceRecords([Incoming(RecordTypes.Competition, Uuids.New(TimeProvider.System), data)])));
        Assert.Equal((RecordVerdict.Invalid, "validation_failed", field), (outcome.Verdict, outcome.Error!.Code, outcome.Error.Field));
    }

    [Fact]
    public async Task Two_thousand_records_come_in_at_once()
    {
        var competition = Uuids.New(TimeProvider.System);
        var athletes = Enumerable.Range(0, 1999).Select(i =>
            Incoming(RecordTypes.Athlete, Uuids.New(TimeProvider.System), new() { ["first_name"] = $"F{i}", ["last_name"] = $"L{i}", ["nation"] = "SUI" }));
        var outcomes = await cloud.Send(new ApplyReferenceRecords([Incoming(RecordTypes.Competition, competition, Competition()), .. athletes]));
        Assert.All(outcomes, o => Assert.Equal(RecordVerdict.Created, o.Verdict));
    }

    [Fact]
    public async Task What_is_made_here_is_said_once_each_after_what_it_refers_to()
    {
        var competition = (await cloud.CompetitionAsync()).ClientUuid;
        cloud.Said.Clear();
        var race = await cloud.RaceAsync("vertical", competition);
        var made = Assert.Single(cloud.Said);
        Assert.Equal(ChangeSource.Local, made.Source);
        Assert.Equal([RecordTypes.Race, .. Enumerable.Repeat(RecordTypes.RaceLocation, 5)], made.Records.Select(r => r.Type));
        Assert.All(made.Records, r => Assert.Equal((competition, race.ClientUuid), (r.CompetitionUuid!.Value, r.RaceUuid!.Value)));
    }

    private static IncomingRecord Incoming(string type, Guid uuid, JsonObject data) => new(type, uuid, data, Device);

    private static JsonObject Competition() => new()
    {
        ["name"] = "Prova", ["country"] = "ITA", ["start_date"] = "2026-02-08", ["end_date"] = "2026-02-09", ["time_zone"] = "Europe/Rome",
        ["created_at"] = "2026-01-01T00:00:00.000Z",
    };
}
