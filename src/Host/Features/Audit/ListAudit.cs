using System.Globalization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.Audit;

/// <summary>Who did what, the latest first.</summary>
/// <param name="Q">Part of a name, an address or a detail.</param>
/// <param name="Action">One of <see cref="AuditActions"/>; null: any.</param>
/// <param name="SubjectUuid">About this person, key, webhook or device.</param>
/// <param name="ActorUuid">By this person, key or device.</param>
/// <param name="From">From this moment on.</param>
/// <param name="To">Before this moment.</param>
internal sealed record ListAudit(PageRequest Page, string? Q = null, string? Action = null, Guid? SubjectUuid = null, Guid? ActorUuid = null, DateTimeOffset? From = null, DateTimeOffset? To = null) : IQuery<Page<AuditLine>>;

/// <param name="ActorKind"><c>person, api_key, device, system, nobody</c>.</param>
/// <param name="Address">From where; of IPv6 the network. Null: the software itself did it.</param>
/// <param name="SubjectKind"><c>person, api_key, webhook, device, competition</c>; null: about nobody known.</param>
internal sealed record AuditLine(
    Guid ClientUuid, DateTimeOffset At, string Action, string ActorKind, Guid? ActorUuid, string Actor, string? Address, string? SubjectKind, Guid? SubjectUuid, string? Subject, string? Detail);

internal sealed class ListAuditHandler(IdentityDbContext db, ICurrentActor current) : IRequestHandler<ListAudit, Page<AuditLine>>
{
    public async Task<Page<AuditLine>> Handle(ListAudit request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        if (request.Action is { } said && !AuditActions.All.Contains(said, StringComparer.Ordinal)) throw Problem.Validation("action", $"It is one of {string.Join(", ", AuditActions.All)}.");
        if (Texts.Fault(request.Q, Texts.Name) is { } fault) throw Problem.Validation("q", fault);
        var (before, action, subject, actor) = (request.Page.AfterNumber ?? long.MaxValue, request.Action, request.SubjectUuid, request.ActorUuid);
        var (from, to) = (request.From?.ToUniversalTime(), request.To?.ToUniversalTime());
        var entries = db.Audit.AsNoTracking().Where(e =>
            e.Id < before && (action == null || e.Action == action) && (subject == null || e.SubjectUuid == subject) && (actor == null || e.ActorUuid == actor)
            && (from == null || e.At >= from) && (to == null || e.At < to));
        if (!string.IsNullOrWhiteSpace(request.Q))
        {
            var like = Likeness.Of(request.Q);
            entries = entries.Where(e => EF.Functions.ILike(e.Actor, like, "\\") || EF.Functions.ILike(e.Subject!, like, "\\") || EF.Functions.ILike(e.Detail!, like, "\\") || EF.Functions.ILike(e.Address!, like, "\\"));
        }

        var rows = await entries.OrderByDescending(e => e.Id).Take(request.Page.Take + 1).ToListAsync(cancellationToken);
        var page = Page<AuditEntry>.Of(rows, request.Page.Take, e => e.Id.ToString(CultureInfo.InvariantCulture));
        return new Page<AuditLine>(
            [.. page.Items.Select(e => new AuditLine(e.ClientUuid, e.At, e.Action, e.ActorKind, e.ActorUuid, e.Actor, e.Address, e.SubjectKind, e.SubjectUuid, e.Subject, e.Detail))], page.NextCursor);
    }
}
