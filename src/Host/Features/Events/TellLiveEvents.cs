using System.Text.Json.Nodes;
using MediatR;
using ModularRace.Competitions.Contracts;
using ModularRace.Dedup.Contracts;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Records;
using ModularRace.Sync.Contracts;
using Npgsql;

namespace ModularRace.Host.Features.Events;

/// <summary>
/// Tells what the modules say happened, by NOTIFY within their transaction: PostgreSQL hands it to every replica once it is
/// committed, in the order of the commits, and drops it where the transaction is rolled back.
/// </summary>
internal sealed class TellLiveEvents(DatabaseSession session, IMediator mediator, TimeProvider time)
    : INotificationHandler<RecordsChanged>, INotificationHandler<ConflictsChanged>, INotificationHandler<DeviceChanged>, INotificationHandler<ClipStored>, INotificationHandler<ClipPictured>
{
    public Task Handle(RecordsChanged notification, CancellationToken cancellationToken)
    {
        var events = new List<LiveEvent>();
        foreach (var record in notification.Records.DistinctBy(r => (r.Type, r.ClientUuid)))
        {
            var about = new JsonObject { ["client_uuid"] = record.ClientUuid.ToString(), ["revision"] = record.Revision };
            About(about, ("race_uuid", record.RaceUuid), ("competition_uuid", record.CompetitionUuid));
            switch (record.Type)
            {
                case RecordTypes.Incident:
                    about["incident_uuid"] = record.ClientUuid.ToString();
                    events.Add(LiveEvent.Of(LiveEvent.IncidentChanged, time, record.CompetitionUuid, (string?)record.Content["status"] == "official", about));
                    break;
                case RecordTypes.Report:
                    about["report_uuid"] = record.ClientUuid.ToString();
                    about["incident_uuid"] = record.Content["incident_uuid"]?.DeepClone();
                    var added = Revision.Number(record.Revision) == 1;
                    if (!added) about["client_uuid"] = record.Content["incident_uuid"]?.DeepClone();
                    events.Add(LiveEvent.Of(added ? LiveEvent.ReportAdded : LiveEvent.IncidentChanged, time, record.CompetitionUuid, official: false, about));
                    break;
            }
        }

        Tell(events);
        return Task.CompletedTask;
    }

    public Task Handle(ConflictsChanged notification, CancellationToken cancellationToken)
    {
        Tell([.. notification.Conflicts.Select(c =>
        {
            var about = new JsonObject { ["client_uuid"] = c.ConflictUuid.ToString(), ["conflict_uuid"] = c.ConflictUuid.ToString(), ["record_type"] = c.RecordType };
            About(about, ("record_uuid", c.RecordUuid), ("other_record_uuid", c.OtherRecordUuid), ("race_uuid", c.RaceUuid), ("competition_uuid", c.CompetitionUuid));
            return LiveEvent.Of(c.Open ? LiveEvent.ConflictRaised : LiveEvent.ConflictResolved, time, c.CompetitionUuid, official: false, about);
        })]);
        return Task.CompletedTask;
    }

    public Task Handle(DeviceChanged notification, CancellationToken cancellationToken)
    {
        // One event for each competition that it serves; one for all where it serves them all.
        IEnumerable<Guid?> competitions = notification.CompetitionUuids is { } some ? some.Select(c => (Guid?)c) : [null];
        Tell([.. competitions.Select(competition =>
        {
            var about = new JsonObject { ["client_uuid"] = notification.DeviceUuid.ToString(), ["device_uuid"] = notification.DeviceUuid.ToString() };
            About(about, ("competition_uuid", competition));
            return LiveEvent.Of(LiveEvent.DeviceChanged, time, competition, official: false, about);
        })]);
        return Task.CompletedTask;
    }

    /// <summary>There is more to see of the same clip: who shows it reads it anew.</summary>
    public Task Handle(ClipPictured notification, CancellationToken cancellationToken) =>
        Handle(new ClipStored(notification.ReportUuid, notification.IncidentUuid, notification.RaceUuid, notification.Sha256), cancellationToken);

    public async Task Handle(ClipStored notification, CancellationToken cancellationToken)
    {
        var competition = (await mediator.Send(new FindRaces([notification.RaceUuid]), cancellationToken)).SingleOrDefault()?.CompetitionUuid;
        var about = new JsonObject { ["client_uuid"] = notification.ReportUuid.ToString(), ["sha256"] = notification.Sha256 };
        About(about, ("report_uuid", notification.ReportUuid), ("incident_uuid", notification.IncidentUuid), ("race_uuid", notification.RaceUuid), ("competition_uuid", competition));
        Tell([LiveEvent.Of(LiveEvent.ClipReady, time, competition, official: false, about)]);
    }

    private static void About(JsonObject about, params ReadOnlySpan<(string Name, Guid? Uuid)> members)
    {
        foreach (var (name, uuid) in members)
            if (uuid is { } known)
                about[name] = known.ToString();
    }

    private void Tell(List<LiveEvent> events)
    {
        if (events.Count == 0) return;
        var statement = new NpgsqlBatchCommand("SELECT pg_notify($1, payload) FROM unnest($2) payload");
        statement.Parameters.AddWithValue(LiveEvent.Channel);
        statement.Parameters.AddWithValue(events.Select(e => e.Write()).ToArray());
        session.WithCommit(statement);
    }
}
