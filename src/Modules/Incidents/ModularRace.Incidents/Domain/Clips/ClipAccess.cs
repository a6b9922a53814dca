using MediatR;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Domain.Clips;

/// <summary>R15: whose clips are taken. A person adds one to a report that the person may edit; a device sends what its own reports name.</summary>
internal sealed class ClipAccess(IMediator mediator, ICurrentActor current, ISystemIdentity system)
{
    /// <summary>The device whose clip a person brings on a memory stick.</summary>
    public Guid? Carried { get; set; }

    /// <summary>The device whose clip it is; null: a person's.</summary>
    public Guid? Device => Carried ?? current.Actor.DeviceUuid;

    /// <summary>Who goes on with an upload is who began it.</summary>
    public string Owner => Device?.ToString() ?? current.SignatureOn(null);

    /// <param name="reportUuid">Whose clip it is.</param>
    /// <param name="sha256">As announced; null: not said.</param>
    /// <param name="report">Null: it does not stand here.</param>
    /// <param name="incident">The report's own.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task RequireAsync(Guid reportUuid, string? sha256, Report? report, Incident? incident, CancellationToken cancellationToken)
    {
        if (Device is { } device)
        {
            await RequireDeviceAsync(device, reportUuid, sha256, report, incident, cancellationToken);
            return;
        }

        if (report is null || incident is null) throw Problem.NotFound("report");
        current.RequireEditing(system, incident.CompetitionUuid, [report]);
        RequireNoOther(report, sha256);
    }

    /// <summary>Evidence is not replaced: another clip goes with another report.</summary>
    private static void RequireNoOther(Report report, string? sha256)
    {
        if (report.Clip is { } clip && clip.Sha256 != sha256)
            throw Problem.Conflict("clip_exists", "This report has a clip already. Add a report of your own with the other one.");
    }

    private async Task RequireDeviceAsync(Guid device, Guid reportUuid, string? sha256, Report? report, Incident? incident, CancellationToken cancellationToken)
    {
        if (sha256 is null) throw Problem.Validation("sha256", "A device has to say it.");
        var coming = new ClipComing(device, reportUuid, incident?.SaidCompetitionUuid ?? incident?.CompetitionUuid, sha256);
        await mediator.Publish(coming, cancellationToken);
        if (coming.Named || report?.Clip?.Sha256 == sha256) return;
        if (report is null) throw Problem.NotFound("report");
        throw Problem.Conflict("clip_not_named", "The report does not name this clip. Send the report first.");
    }
}
