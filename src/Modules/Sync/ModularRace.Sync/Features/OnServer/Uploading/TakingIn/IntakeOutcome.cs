using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Json;
using ModularRace.Shared.Records;
using ModularRace.Sync.Domain;
using ModularRace.Sync.Persistence.Server;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnServer.Uploading.TakingIn;

/// <summary>The answer for a record, and what is kept of its sides.</summary>
internal static class IntakeOutcome
{
    public static void Conclude(IntakeItem item, IntakeRun run, DateTimeOffset now)
    {
        var (record, outcome, judgement) = (item.Record, item.Outcome, item.Judgement);
        if (outcome?.Verdict is RecordVerdict.Invalid)
        {
            run.Reject(record, outcome.Error ?? new RecordError("validation_failed", "It cannot be taken."), item);
            return;
        }

        if (outcome?.Verdict is RecordVerdict.MissingParent)
        {
            run.Defer(record, outcome.Error ?? new RecordError("foreign_key_not_found", "It refers to something that is not here yet."), item);
            return;
        }

        var revision = outcome?.Revision ?? item.Latest?.Revision;
        var status = judgement?.ConflictUuid is not null ? UploadStatuses.Conflict
            : outcome?.Verdict switch
            {
                RecordVerdict.Created => UploadStatuses.Created,
                RecordVerdict.Updated => UploadStatuses.Updated,
                _ => UploadStatuses.AlreadySynced,
            };
        run.Answer(record, status, revision, judgement?.ConflictUuid);
        run.Good.Add(record);
        if (item.Repeated)
        {
            run.KeepDigest(record);
            return;
        }

        var (number, expected) = (Revision.Number(revision), Revision.Number(item.Latest?.Revision) + 1);
        var edit = new RecordEdit
        {
            Type = record.Type!,
            ClientUuid = record.ClientUuid,
            Side = run.Sender.Side,
            DeviceUuid = run.Sender.DeviceUuid,
            Edit = record.Edit,
            BaseRevision = record.BaseRevision,
            Content = item.Content.ToJsonString(ApiJson.Options),
            Digest = record.Digest!,
            TakenNumber = number,
            Says = Saying.Write(judgement is null ? Saying.Of(record.Type!, item.Content, item.Base, number, null, null) : Saying.Judged(judgement, run.Sender.Side, expected, number)),
            Earlier = Words.Left(judgement, item.Stored.TryGetValue(run.Sender.Side, out var before) ? before.Edit : null),
            LetIn = run.Accepted,
            TakenAt = now,
        };
        // What was filled in the device does not have: such a version comes back to it whole.
        if (run.Sender.BatchUuid is { } batch && ReferenceEquals(item.Content, record.Content)) (edit.BatchUuid, edit.BatchPlace) = (batch, record.Index);
        run.Edits.Add(edit);
        if (judgement is null) return;
        // What the others say may have given way.
        foreach (var (side, (stored, _)) in item.Stored)
        {
            if (side == run.Sender.Side) continue;
            if (Words.Judge(stored, judgement, expected, number)) run.Edits.Add(stored);
        }
    }
}
