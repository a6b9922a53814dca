using System.Globalization;
using System.Text;
using CsvHelper;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Json;
using ModularRace.Shared.Web;

namespace ModularRace.Incidents.Features.Exporting;

/// <summary>An export for a spreadsheet: a line for each report, with its incident; an incident without reports has one too. UTF-8, times as the contract writes them.</summary>
internal static class IncidentsCsv
{
    private const int CharactersAtOnce = 64 * 1024;

    private static readonly string[] Columns =
    [
        "race", "incident_number", "incident_uuid", "bib_number", "athletes", "nation", "location", "occurred_at", "occurred_at_device", "clock_uncertainty_ms", "status",
        "officialized_at", "officialized_by", "decision", "penalty_code", "decided_at", "decided_by", "decision_note", "description", "merged_from",
        "report_uuid", "report_bib_number", "report_location", "athlete_position", "reporter_name", "reported_by", "report_description", "report_penalty_code",
        "report_occurred_at", "report_occurred_at_device", "withdrawn_at", "withdrawn_by", "origin",
    ];

    public static async Task WriteAsync(CompetitionExport export, Stream to, CancellationToken cancellationToken)
    {
        var races = export.Races.ToDictionary(r => r.ClientUuid);
        var places = export.Races.SelectMany(r => r.Locations).DistinctBy(l => l.ClientUuid).ToDictionary(l => l.ClientUuid, l => l.Name);
        var bibs = export.Races.SelectMany(r => r.StartList.Select(b => (Key: (r.ClientUuid, b.BibNumber), Bib: b))).ToDictionary(b => b.Key, b => b.Bib);
        await using var writer = new StreamWriter(to, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        await using var text = new StringWriter(CultureInfo.InvariantCulture);
        using var csv = CsvWriter.Create(text, new CsvWriterOptions(), leaveOpen: true);
        foreach (var column in Columns) csv.WriteField(column);
        csv.EndRecord();
        await foreach (var incident in export.Incidents.WithCancellation(cancellationToken))
        {
            var wearing = incident.BibNumber is { } number ? bibs.GetValueOrDefault((incident.RaceUuid, number)) : null;
            foreach (var report in incident.Reports.Count == 0 ? [null] : incident.Reports.AsEnumerable<ReportView?>())
            {
                Say(races.GetValueOrDefault(incident.RaceUuid)?.Name, Number(incident.Number), incident.ClientUuid.ToString(), Number(incident.BibNumber), wearing?.Names, wearing?.Nation, Place(incident.RaceLocationUuid));
                Say(Time(incident.OccurredAt), Time(incident.OccurredAtDevice), Number(incident.ClockUncertaintyMs), incident.Status, Time(incident.OfficializedAt), incident.OfficializedBy);
                Say(incident.Decision, incident.PenaltyCode, Time(incident.DecidedAt), incident.DecidedBy, incident.DecisionNote, incident.Description, string.Join(' ', incident.MergedFrom));
                Say(report?.ClientUuid.ToString(), Number(report?.BibNumber), Place(report?.RaceLocationUuid), Number(report?.AthletePosition), report?.ReporterName, report?.ReportedBy, report?.Description, report?.PenaltyCode);
                Say(Time(report?.OccurredAt), Time(report?.OccurredAtDevice), Time(report?.WithdrawnAt), report?.WithdrawnBy, report?.Origin ?? incident.Origin);
                csv.EndRecord();
            }

            if (text.GetStringBuilder().Length > CharactersAtOnce) await SendAsync();
        }

        await SendAsync();

        void Say(params ReadOnlySpan<string?> cells)
        {
            foreach (var cell in cells) csv.WriteField(SpreadsheetCells.Harmless(cell));
        }

        string? Place(Guid? uuid) => uuid is { } place ? places.GetValueOrDefault(place) : null;

        async Task SendAsync()
        {
            csv.Flush();
            await writer.WriteAsync(text.GetStringBuilder(), cancellationToken);
            await writer.FlushAsync(cancellationToken);
            text.GetStringBuilder().Clear();
        }
    }

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string? Time(DateTimeOffset? at) => at is { } time ? InstantConverter.Write(time) : null;
}
