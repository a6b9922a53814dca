using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Host.Identity;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Validation;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.People;

/// <summary>Everybody who signs in or could, in the order of their making.</summary>
/// <param name="Q">Part of a name or an email; null: all.</param>
internal sealed record ListPeople(PageRequest Page, string? Q = null) : IQuery<Page<PersonView>>;

internal sealed class ListPeopleHandler(IdentityDbContext db, ICurrentActor current, TimeProvider time) : IRequestHandler<ListPeople, Page<PersonView>>
{
    public async Task<Page<PersonView>> Handle(ListPeople request, CancellationToken cancellationToken)
    {
        current.Actor.Require(null);
        var people = db.People.AsQueryable();
        if (request.Page.After is { } text)
        {
            var after = Guid.TryParse(text, out var uuid) ? uuid : throw Cursors.Unknown();
            people = people.Where(p => p.Id > after);
        }

        if (!string.IsNullOrWhiteSpace(request.Q))
        {
            if (Texts.Fault(request.Q, Texts.Name) is { } fault) throw Problem.Validation("q", fault);
            var like = Likeness.Of(request.Q);
            people = people.Where(p => EF.Functions.ILike(p.Name, like, "\\") || EF.Functions.ILike(p.Email!, like, "\\"));
        }

        var rows = await PersonViews.OfAsync(db, people.OrderBy(p => p.Id).Take(request.Page.Take + 1), time.GetUtcNow(), cancellationToken);
        return Page<PersonView>.Of(rows, request.Page.Take, r => r.ClientUuid.ToString());
    }
}
