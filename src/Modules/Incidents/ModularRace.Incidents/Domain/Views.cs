using ModularRace.Incidents.Contracts;

namespace ModularRace.Incidents.Domain;

/// <summary>How what is stored becomes what answers show.</summary>
internal static class Views
{
    extension(IncidentView)
    {
        /// <param name="group">The incident with those that it stands for.</param>
        /// <param name="clips">SHA-256 to what is known of the clip here; what is not in it is pending.</param>
        public static IncidentView Of(IncidentGroup group, IReadOnlyDictionary<string, KnownClip> clips)
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
        public static ReportView Of(Report r, Incident incident, IReadOnlyDictionary<string, KnownClip> clips) => new(
            r.ClientUuid, r.IncidentUuid, r.BibNumber ?? incident.BibNumber, r.RaceLocationUuid ?? incident.RaceLocationUuid, r.AthletePosition, r.ReporterName, r.ReportedBy,
            r.Description, r.PenaltyCode, r.OccurredAt, r.At.OccurredAtDevice, r.At.ClockOffsetMs, r.At.ClockUncertaintyMs, r.At.ClockSource,
            r.WithdrawnAt, r.WithdrawnBy,
            r.Clip is null ? null : Of(r.Clip, clips.GetValueOrDefault(r.Clip.Sha256)),
            r.Revision, r.Origin, r.CreatedAt, r.UpdatedAt);

        private static ClipView Of(Clip clip, KnownClip? known) =>
            new(clip.Sha256, clip.SizeBytes, clip.ContentType, clip.DurationMs ?? known?.DurationMs, known?.State ?? ClipStates.Pending, known?.Held ?? false, known is { Held: true, HasPoster: true });
    }
}

/// <summary>What this system knows of a clip beside what its report says.</summary>
/// <param name="State">One of <see cref="ClipStates"/>.</param>
/// <param name="DurationMs">Null: unknown.</param>
/// <param name="Held">Its bytes are here.</param>
/// <param name="HasPoster">A picture of it is, too.</param>
internal sealed record KnownClip(string State, long? DurationMs, bool Held, bool HasPoster);
