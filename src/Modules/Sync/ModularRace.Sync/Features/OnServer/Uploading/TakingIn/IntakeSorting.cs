using ModularRace.Shared.Records;
using ModularRace.Sync.Domain;

namespace ModularRace.Sync.Features.OnServer.Uploading.TakingIn;

/// <summary>Those that can be taken; the others are put off or put aside, and what refers to them goes with them (R14).</summary>
internal static class IntakeSorting
{
    public static async Task<List<IntakeItem>> SortOutAsync(QuarantineKeeper quarantine, ErasedOnes erased, List<IntakeItem> items, IReadOnlyList<RecordOutcome> checks, IntakeRun run, CancellationToken ct)
    {
        var missing = checks.Where(c => c.Verdict == RecordVerdict.MissingParent).Select(c => c.MissingParentUuid).OfType<Guid>().Distinct().ToArray();
        var quarantined = await quarantine.HoldsAsync(missing, ct);
        var closed = await erased.AmongAsync(items, checks, ct);
        var good = new List<IntakeItem>();
        for (var i = 0; i < items.Count; i++)
        {
            var (item, check) = (items[i], checks[i]);
            item.CompetitionUuid = check.CompetitionUuid ?? item.Latest?.CompetitionUuid;
            item.RaceUuid = check.RaceUuid ?? item.Latest?.RaceUuid;
            if (check.Verdict == RecordVerdict.Invalid)
            {
                run.Reject(item.Record, check.Error ?? new RecordError("validation_failed", "It cannot be taken."), item);
                continue;
            }

            var own = item.Record.Type == RecordTypes.Competition && item.Latest is null;
            // R15: of what is here already the competition that it is in counts too: nobody takes a record out of one by naming another's race.
            Guid?[] concerned = [item.CompetitionUuid, item.Latest?.CompetitionUuid];
            if (!own && !run.Accepted && run.Sender.Grants is { } grants && concerned.Any(c => c is { } competition && !grants.Contains(competition)))
            {
                run.Reject(item.Record, new RecordError("competition_not_granted", "This competition was not granted to the device."), item);
                continue;
            }

            if (!run.Accepted && closed.Contains(item))
            {
                run.Reject(item.Record, new RecordError("names_erased", "The competition is over and names were erased here. What is said of it now waits for a person."), item);
                continue;
            }

            var lost = References.All(item.Content).Where(run.Rejected.Contains).Select(u => (Guid?)u).FirstOrDefault();
            if (check.MissingParentUuid is { } parent && (run.Rejected.Contains(parent) || run.Unreadable.Contains(parent) || quarantined.Contains(parent))) lost = parent;
            if (lost is not null)
            {
                run.Reject(item.Record, new RecordError("parent_in_quarantine", "It refers to a record that is in quarantine, and follows when that is accepted.", References.Naming(item.Content, lost.Value)), item);
                continue;
            }

            var late = References.All(item.Content).Any(run.Deferred.Contains);
            if (late || check.Verdict == RecordVerdict.MissingParent)
            {
                run.Defer(item.Record, check.Error ?? new RecordError("foreign_key_not_found", "It refers to something that is not here yet."), item);
                continue;
            }

            if (!run.Accepted && !run.Sender.MayDecide && item.Record.Type == RecordTypes.Incident && Decisions.Change(item.Content, item.Base) is { } field)
            {
                run.Reject(item.Record, new RecordError("decision_not_granted", "This device may not change official status or decisions.", field), item);
                continue;
            }

            if (own) run.Sender.Grants?.Add(item.Record.ClientUuid);
            good.Add(item);
        }

        return good;
    }
}
