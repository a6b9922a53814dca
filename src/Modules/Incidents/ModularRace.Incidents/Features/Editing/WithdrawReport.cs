using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Validation;

namespace ModularRace.Incidents.Features.Editing;

/// <summary>R5: takes a report back; it stays in sight, with who and why. Again: unchanged.</summary>
/// <param name="Reason">Kept in the history, up to 4,000 characters.</param>
internal sealed record WithdrawReport(string? Reason = null) : ICommand<ReportView>
{
    /// <summary>From the path.</summary>
    [JsonIgnore]
    public Guid ReportUuid { get; init; }
}

internal sealed class WithdrawReportValidator : AbstractValidator<WithdrawReport>
{
    public WithdrawReportValidator() => RuleFor(r => r.Reason).IsText(Texts.Note);
}

internal sealed class WithdrawReportHandler(IncidentsDbContext db, IncidentChanges changes, ICurrentActor current, ISystemIdentity system) : IRequestHandler<WithdrawReport, ReportView>
{
    public async Task<ReportView> Handle(WithdrawReport request, CancellationToken cancellationToken)
    {
        var (group, report) = await changes.LockReportAsync(request.ReportUuid, cancellationToken);
        var incident = group.Members.Single(m => m.ClientUuid == report.IncidentUuid);
        current.RequireEditing(system, incident.CompetitionUuid, [report]);
        if (report.IsWithdrawn) return ReportView.Of(report, incident, await db.ReadClipsAsync([report], cancellationToken));

        var edit = changes.Begin(incident.CompetitionUuid);
        edit.Change(
            report,
            r =>
            {
                r.WithdrawnAt = edit.At;
                r.WithdrawnBy = edit.By;
            },
            request.Reason);
        await changes.SaveAsync(edit, cancellationToken);
        return ReportView.Of(report, incident, await db.ReadClipsAsync([report], cancellationToken));
    }
}
