using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Identity;
using ModularRace.Shared.Messaging;

namespace ModularRace.Host.Features.SigningIn;

/// <summary>Signs out: the session and all its tokens end. Again: unchanged.</summary>
/// <param name="Action">What the audit trail says of it.</param>
internal sealed record EndSession(Guid SessionId, string Action = AuditActions.SignedOut) : ICommand<Done>;

internal sealed class EndSessionHandler(IdentityDbContext db, AuditTrail audit, TimeProvider time) : IRequestHandler<EndSession, Done>
{
    public async Task<Done> Handle(EndSession request, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var ended = await db.Sessions.Where(s => s.Id == request.SessionId && s.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), cancellationToken);
        if (ended > 0) await audit.NoteAsync(request.Action, subject: null, detail: null, cancellationToken);
        return default;
    }
}
