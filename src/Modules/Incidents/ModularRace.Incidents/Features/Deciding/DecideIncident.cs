using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;

namespace ModularRace.Incidents.Features.Deciding;

/// <summary>A person decides on an official incident (R6), changes the decision, or reopens it. The same again: unchanged.</summary>
/// <param name="Decision"><c>penalty_applied, rejected, no_action</c>, or <c>pending</c> to reopen.</param>
/// <param name="PenaltyCode">Free text, up to 200 characters; absent with <c>penalty_applied</c>: what the report proposed.</param>
/// <param name="Note">Up to 4,000 characters; required to change or reopen.</param>
internal sealed record DecideIncident(
    [property: AllowedValues("pending", "penalty_applied", "rejected", "no_action")] string Decision, string? PenaltyCode = null, string? Note = null) : ICommand<IncidentView>
{
    /// <summary>From the path; an alias leads to the one that stands.</summary>
    [JsonIgnore]
    public Guid IncidentUuid { get; init; }

    /// <summary>The revision that the person saw, as in <c>If-Match</c>; null: not said. A decision made on an older one is refused: nothing is decided by accident.</summary>
    [JsonIgnore]
    public string? IfMatch { get; init; }
}

internal sealed class DecideIncidentValidator : AbstractValidator<DecideIncident>
{
    public DecideIncidentValidator()
    {
        RuleFor(r => r.Decision).NotNull().WithMessage("It is required.").IsOneOf(Decisions.All);
        RuleFor(r => r.PenaltyCode).IsText(IncidentRules.PenaltyCode);
        RuleFor(r => r.Note).IsText(Texts.Note);
    }
}

internal sealed class DecideIncidentHandler(IncidentsDbContext db, IncidentChanges changes, IMediator mediator, ICurrentActor current, ISystemIdentity system)
    : IRequestHandler<DecideIncident, IncidentView>
{
    public async Task<IncidentView> Handle(DecideIncident request, CancellationToken cancellationToken)
    {
        var group = await changes.LockGroupAsync(request.IncidentUuid, cancellationToken);
        var standing = group.Standing;
        current.RequireDeciding(system, standing.CompetitionUuid);
        Preconditions.Require(request.IfMatch, standing.Revision);
        await mediator.Publish(new DecidingOnIncident(standing.ClientUuid, standing.CompetitionUuid), cancellationToken);
        if (group.Official is not { } official) throw Problem.Conflict("not_official", "Only an official incident can be decided. Make it official first.");

        var was = group.Decided;
        var reopening = request.Decision == Decisions.Pending;
        var penaltyCode = request.PenaltyCode
            ?? (request.Decision != Decisions.PenaltyApplied ? null : was is null ? standing.PenaltyCode : was.Decision == request.Decision ? was.PenaltyCode : null);
        var same = was is null ? reopening : was.Decision == request.Decision && was.PenaltyCode == penaltyCode;
        if (was is not null && !same && string.IsNullOrWhiteSpace(request.Note))
            throw Problem.Validation("note", reopening ? "Reopening a decision needs a note." : "Changing a decision needs a note.");

        var edit = changes.Begin(standing.CompetitionUuid);
        // "Written to every member": one that joined since is given what the group has (R4), with its earlier time (R7).
        foreach (var member in group.Members)
            edit.Change(member, m =>
            {
                if (!m.IsOfficial) (m.Status, m.OfficializedAt, m.OfficializedBy) = (Statuses.Official, official.OfficializedAt, official.OfficializedBy);
                (m.Decision, m.PenaltyCode, m.DecidedAt, m.DecidedBy, m.DecisionNote) = (same, was) switch
                {
                    (true, null) => (m.Decision, m.PenaltyCode, m.DecidedAt, m.DecidedBy, m.DecisionNote),
                    (true, _) => (was.Decision, was.PenaltyCode, was.DecidedAt, was.DecidedBy, was.DecisionNote),
                    (false, _) when reopening => (Decisions.Pending, null, null, null, request.Note),
                    (false, _) => (request.Decision, penaltyCode, edit.At, edit.By, request.Note),
                };
            });
        await changes.SaveAsync(edit, cancellationToken);
        return (await db.ReadIncidentAsync(standing.ClientUuid, cancellationToken))!;
    }
}
