using ModularRace.Testing;

namespace ModularRace.Simulation;

/// <summary>The evening: every link is up, every device is paired and granted, and all sync until nothing moves any more.</summary>
internal sealed class Healing(World world, Syncing syncing)
{
    private const int MostRounds = 12;

    public async Task HealAsync()
    {
        world.Tell("the evening begins");
        foreach (var pi in world.Pis)
        {
            pi.Link.Heal();
            if (pi.Revoked && !await world.PairAsync(pi, mayDecide: true)) throw new SimulationFault($"{pi.Name} cannot be paired anew.");
            if (!pi.Granted) await world.Cloud.Must(HttpMethod.Patch, $"/devices/{pi.Uuid}", new { competition_uuids = new[] { world.Competition } });
            pi.Granted = true;
        }

        var quiet = false;
        for (var round = 0; !quiet; round++)
        {
            var moved = "";
            if (round == MostRounds) throw new SimulationFault($"After {MostRounds} rounds something still moves.");
            foreach (var pi in world.Pis)
            {
                var figures = await syncing.SyncAsync(pi);
                if (figures is null || (int)figures["uploaded"]! > 0 || (int)figures["downloaded"]! > 0) moved += $" {pi.Name}";
                if ((await pi.Sql.QueryAsync<long>("SELECT count(*) FROM sync.sync_queue WHERE status = 'pending'"))[0] > 0) moved += $" {pi.Name} (pending)";
            }

            // What was let in has yet to reach the others.
            if (await syncing.SettleQuarantineAsync(onlySome: false)) moved += " the quarantine";
            quiet = moved.Length == 0;
            world.Time.Pass(TimeSpan.FromMinutes(1));
        }
    }
}
