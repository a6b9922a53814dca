using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Dedup.Domain;
using ModularRace.Dedup.Features.Groupings;
using ModularRace.Dedup.Persistence;
using ModularRace.Incidents.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Identifiers;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;

namespace ModularRace.Dedup.Features.ByHand;

/// <summary>
/// A person tells incidents, or reports, apart from the rest of their group (R5): apart for every pair across the two sides.
/// Again: unchanged.
/// </summary>
/// <param name="IncidentUuids">Members of the group that do not belong to the others.</param>
/// <param name="ReportUuids">Reports that do not: each gets an incident of its own, but where its incident goes with it.</param>
/// <param name="Note">Why, up to 4,000 characters.</param>
internal sealed record SplitIncident(IReadOnlyList<Guid>? IncidentUuids = null, IReadOnlyList<Guid>? ReportUuids = null, string? Note = null) : ICommand<IncidentView>
{
    /// <summary>From the path.</summary>
    [JsonIgnore]
    public Guid IncidentUuid { get; init; }
}

internal sealed class SplitIncidentValidator : AbstractValidator<SplitIncident>
{
    private const int Most = 500;

    public SplitIncidentValidator()
    {
        RuleFor(s => s).Must(s => s.IncidentUuids is { Count: > 0 } ^ s.ReportUuids is { Count: > 0 })
            .OverridePropertyName(nameof(SplitIncident.IncidentUuids)).WithMessage("Name either incidents or reports.");
        RuleFor(s => s.IncidentUuids).Must(u => u is null || u.Count <= Most).WithMessage($"At most {Most}.");
        RuleFor(s => s.ReportUuids).Must(u => u is null || u.Count <= Most).WithMessage($"At most {Most}.");
        RuleFor(s => s.Note).IsText(Texts.Note);
    }
}

internal sealed class SplitIncidentHandler(DedupDbContext db, PeoplesWord word, IMediator mediator, ICurrentActor current, ISystemIdentity system)
    : IRequestHandler<SplitIncident, IncidentView>
{
    public async Task<IncidentView> Handle(SplitIncident request, CancellationToken cancellationToken)
    {
        var incident = (await word.LockAsync([request.IncidentUuid], cancellationToken))[0];
        var group = await word.GroupOfAsync(incident, cancellationToken);
        var (leaving, staying, own) = request.ReportUuids is { } reports
            ? await ByReportAsync(reports, incident, group, cancellationToken)
            : await ByIncidentAsync(request.IncidentUuids!, incident, group, cancellationToken);

        if (leaving.Count > 0 && await word.SayApartAsync(leaving, staying, request.Note, cancellationToken))
        {
            // The word stands before the incident is made: the rule joins nothing that would be told apart the next moment.
            if (request.ReportUuids is not null) await mediator.Send(new SeparateReports(request.ReportUuids, own), cancellationToken);
            var rest = staying.Find(m => m.IncidentUuid == incident.StandsFor) ?? staying[0];
            await word.NoteAsync(GroupingContent.Apart, leaving.Select(m => m.IncidentUuid), rest.IncidentUuid, request.Note, cancellationToken);
            await word.NoteAsync(GroupingContent.Apart, [rest.IncidentUuid], leaving[0].IncidentUuid, request.Note, cancellationToken);
            await word.TellAsync(cancellationToken);
        }

        return await mediator.Send(new ReadIncident(request.IncidentUuid), cancellationToken);
    }

    private async Task<Sides> ByIncidentAsync(IReadOnlyList<Guid> named, GroupMember incident, List<GroupMember> group, CancellationToken cancellationToken)
    {
        // A referee's are reports; whole incidents are told apart by those who may merge.
        current.RequireGrouping(system, incident.CompetitionUuid);
        var leaving = group.Where(m => named.Contains(m.IncidentUuid)).ToList();
        var staying = group.Where(m => !named.Contains(m.IncidentUuid)).ToList();
        var elsewhere = named.Where(n => group.TrueForAll(m => m.IncidentUuid != n)).Distinct().ToList();
        await RequireToldApartAsync(elsewhere, staying.Count > 0 ? staying : group, "incident_uuids", "One of them is not shown with this incident.", cancellationToken);
        // The same call again, by one of those that it told apart, finds them among themselves.
        if (staying.Count == 0 && !await AreToldApartAsync(leaving, cancellationToken)) throw Problem.Validation("incident_uuids", "Leave at least one incident.");
        return staying.Count == 0 ? new Sides([], group, []) : new Sides(leaving, staying, []);
    }

    private async Task<Sides> ByReportAsync(IReadOnlyList<Guid> named, GroupMember incident, List<GroupMember> group, CancellationToken cancellationToken)
    {
        var reports = named.Distinct().ToList();
        var homes = await db.Observations.AsNoTracking().Where(o => o.ReportUuid != null && reports.Contains(o.ReportUuid.Value))
            .Select(o => new { Report = o.ReportUuid!.Value, o.IncidentUuid }).ToDictionaryAsync(o => o.Report, o => o.IncidentUuid, cancellationToken);
        if (reports.Exists(r => !homes.ContainsKey(r))) throw Problem.Validation("report_uuids", "One of them is no report here, or was withdrawn.");

        var uuids = group.ConvertAll(m => m.IncidentUuid);
        var live = (await db.Observations.AsNoTracking().Where(o => o.ReportUuid != null && uuids.Contains(o.IncidentUuid))
            .Select(o => new { o.IncidentUuid, Report = o.ReportUuid!.Value }).ToListAsync(cancellationToken)).ToLookup(o => o.IncidentUuid, o => o.Report);
        // An incident all of whose reports leave goes with them.
        var leaving = group.Where(m => live[m.IncidentUuid].Any() && live[m.IncidentUuid].All(reports.Contains)).ToList();
        var staying = group.Except(leaving).ToList();
        await RequireToldApartAsync(
            [.. homes.Values.Where(h => !uuids.Contains(h)).Distinct()], staying.Count > 0 ? staying : group, "report_uuids", "One of them is no report of this incident.", cancellationToken);
        if (staying.Count == 0 && !await AreToldApartAsync(leaving, cancellationToken)) throw Problem.Validation("report_uuids", "Leave at least one report.");
        if (staying.Count == 0) return new Sides([], group, []);

        var own = new Dictionary<Guid, Guid>();
        foreach (var report in reports.Where(r => staying.Exists(m => m.IncidentUuid == homes[r])))
        {
            // R3: its UUID follows from the report's, so that two systems which tell the same report apart make one incident.
            var uuid = Uuids.Named(report, "incident");
            while (await db.Members.AnyAsync(m => m.IncidentUuid == uuid, cancellationToken)) uuid = Uuids.Named(uuid, "incident");
            own.Add(report, uuid);
            leaving.Add(new GroupMember
            {
                IncidentUuid = uuid, CompetitionUuid = incident.CompetitionUuid, RaceUuid = incident.RaceUuid,
                SaidCompetitionUuid = incident.SaidCompetitionUuid, SaidRaceUuid = incident.SaidRaceUuid, Origin = system.Origin, OccurredAt = incident.OccurredAt,
                Status = "unofficial", Decision = "pending", StandsFor = uuid,
            });
        }

        return new Sides(leaving, staying, own);
    }

    /// <summary>What is not in the group was told apart from it before, or was named by mistake.</summary>
    private async Task RequireToldApartAsync(List<Guid> elsewhere, List<GroupMember> from, string field, string mistake, CancellationToken cancellationToken)
    {
        if (elsewhere.Count == 0) return;
        var holding = await word.HoldingAsync(from.Select(m => m.IncidentUuid).Concat(elsewhere), cancellationToken);
        if (elsewhere.Exists(e => !from.Exists(m => holding.GetValueOrDefault(DuplicateRule.Ordered(e, m.IncidentUuid))?.Kind == GroupingContent.Apart)))
            throw Problem.Validation(field, mistake);
    }

    private async Task<bool> AreToldApartAsync(List<GroupMember> members, CancellationToken cancellationToken)
    {
        var uuids = members.ConvertAll(m => m.IncidentUuid);
        return await db.Groupings.AnyAsync(g => g.Kind == GroupingContent.Apart && (uuids.Contains(g.LowerUuid) || uuids.Contains(g.HigherUuid)), cancellationToken);
    }

    /// <param name="Own">Reports that get an incident of their own, among the leaving.</param>
    private sealed record Sides(List<GroupMember> Leaving, List<GroupMember> Staying, Dictionary<Guid, Guid> Own);
}
