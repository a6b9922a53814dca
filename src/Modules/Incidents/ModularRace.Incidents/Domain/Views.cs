using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain.Clips;

namespace ModularRace.Incidents.Domain;

/// <summary>How what is stored becomes what answers show.</summary>
internal static class Views
{
    extension(IncidentView)
    {
        /// <param name="group">The incident with those that it stands for.</param>
        /// <param name="clips">What is known of the clips here; what is not in it is pending.</param>
        public static IncidentView Of(IncidentGroup group, KnownClips clips)
        {
            var standing = group.Standing;
            var decided = group.Decided;
            return new IncidentView(
                standing.ClientUuid, standing.Number, standing.CompetitionUuid, standing.RaceUuid, group.Earliest.RaceLocationUuid, standing.BibNumber,
                standing.OccurredAt, standing.At.OccurredAtDevice, standing.At.ClockOffsetMs, standing.At.ClockUncertaintyMs, standing.At.ClockSource,
                group.Official is null ? Statuses.Unofficial : Statuses.Official, decided?.Decision ?? Decisions.Pending, (decided ?? standing).PenaltyCode,
                group.Earliest.Description, group.Official?.OfficializedAt, group.Official?.OfficializedBy, decided?.DecidedAt, decided?.DecidedBy,
                (decided ?? standing).DecisionNote, standing.Stands, group.Reports.Count > 0 && group.Reports.All(r => r.IsWithdrawn), standing.MergedInto,
                [.. group.Members.Where(m => m != standing).Select(m => m.ClientUuid).Order(IncidentGroup.ByText)], standing.Revision, standing.Origin,
                standing.CreatedAt, group.Members.Max(m => m.UpdatedAt),
                [.. group.Reports.Select(r => ReportView.Of(r, group.Members.Single(m => m.ClientUuid == r.IncidentUuid), clips))]);
        }
    }

    extension(ReportView)
    {
        public static ReportView Of(Report r, Incident incident, KnownClips clips) => new(
            r.ClientUuid, r.IncidentUuid, r.BibNumber ?? incident.BibNumber, r.RaceLocationUuid ?? incident.RaceLocationUuid, r.AthletePosition, r.ReporterName, r.ReportedBy,
            r.Description, r.PenaltyCode, r.OccurredAt, r.At.OccurredAtDevice, r.At.ClockOffsetMs, r.At.ClockUncertaintyMs, r.At.ClockSource,
            r.WithdrawnAt, r.WithdrawnBy,
            r.Clip is null ? null : Of(r.Clip, clips.ByDigest.GetValueOrDefault(r.Clip.Sha256), clips.RemovedOf(r)),
            r.Revision, r.Origin, r.CreatedAt, r.UpdatedAt);

        // What went by the rule was stored, whole and verified; that another report keeps the same bytes here is not this one's.
        private static ClipView Of(Clip clip, KnownClip? known, RemovedClip? removed) => removed is not null
            ? new(clip.Sha256, clip.SizeBytes, clip.ContentType, clip.DurationMs ?? removed.DurationMs, ClipStates.Stored, Here: false, Poster: false, removed.RemovedAt)
            : new(clip.Sha256, clip.SizeBytes, clip.ContentType, clip.DurationMs ?? known?.DurationMs, known?.State ?? ClipStates.Pending, known?.Held ?? false, known is { Held: true, HasPoster: true }, RemovedAt: null);
    }
}

/// <summary>What this system knows of clips beside what their reports say.</summary>
/// <param name="ByDigest">By SHA-256; what is not in it never came here.</param>
/// <param name="Removed">By report: what went by a rule.</param>
internal sealed record KnownClips(IReadOnlyDictionary<string, KnownClip> ByDigest, ILookup<Guid, RemovedClip> Removed)
{
    public RemovedClip? RemovedOf(Report report) => Removed[report.ClientUuid].FirstOrDefault(r => r.Sha256 == report.Clip?.Sha256);
}

/// <summary>What this system knows of a clip beside what its report says.</summary>
/// <param name="State">One of <see cref="ClipStates"/>.</param>
/// <param name="DurationMs">Null: unknown.</param>
/// <param name="Held">Its bytes are here.</param>
/// <param name="HasPoster">A picture of it is, too.</param>
internal sealed record KnownClip(string State, long? DurationMs, bool Held, bool HasPoster);
