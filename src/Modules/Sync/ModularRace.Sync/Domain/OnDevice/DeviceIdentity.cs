using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using Npgsql;

namespace ModularRace.Sync.Domain.OnDevice;

/// <summary>
/// Which device this is. Its row is made with the first look at it, so that nothing can be made here before it has an
/// origin; <c>Sync__DeviceUuid</c> (an imaged Pi) names it as long as it is not paired.
/// </summary>
internal sealed class DeviceIdentity(NpgsqlDataSource dataSource, TimeProvider time, Guid? imaged = null) : ISystemIdentity
{
    private readonly Lock gate = new();
    private Known? known;

    public string Origin => Load().Device.ToString();

    public string Name => Load().Name ?? "Pi";

    public Guid DeviceUuid => Load().Device;

    public Guid StoreUuid => Load().Store;

    /// <summary>Where the edits of a record that is new in the queue begin (<see cref="Persistence.Device.ThisDevice.EditFloor"/>).</summary>
    public long EditFloor => Load().EditFloor;

    /// <summary>The row was changed by a clearing.</summary>
    public void CountingFrom(long floor) => known = Load() with { EditFloor = floor };

    /// <summary>The row was changed by pairing.</summary>
    public void Renamed(string name) => known = Load() with { Name = name };

    private Known Load()
    {
        if (known is { } loaded) return loaded;
        lock (gate)
        {
            if (known is not null) return known;
            // Once in the life of the process; who asks first (a tap, the start) must have the answer.
            using var connection = dataSource.OpenConnection();
            using var make = new NpgsqlCommand(
                """
                INSERT INTO sync.this_device (id, device_uuid, store_uuid, may_decide, queued_at_contact, longest_offline_hours, edit_floor) VALUES (1, $1, $2, false, 0, 0, 0)
                ON CONFLICT (id) DO UPDATE SET device_uuid = CASE
                  WHEN $3 AND sync.this_device.token_protected IS NULL AND NOT EXISTS (SELECT 1 FROM sync.sync_queue) THEN excluded.device_uuid
                  ELSE sync.this_device.device_uuid END
                RETURNING device_uuid, store_uuid, name, edit_floor
                """,
                connection);
            make.Parameters.AddWithValue(imaged ?? Uuids.New(time));
            make.Parameters.AddWithValue(Uuids.New(time));
            make.Parameters.AddWithValue(imaged is not null);
            using var reader = make.ExecuteReader();
            reader.Read();
            return known = new Known(reader.GetGuid(0), reader.GetGuid(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt64(3));
        }
    }

    private sealed record Known(Guid Device, Guid Store, string? Name, long EditFloor);
}
