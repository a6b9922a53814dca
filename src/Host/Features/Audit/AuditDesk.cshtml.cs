using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Host.Features.Shared;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Host.Features.Audit;

/// <summary>Who did what, to be searched.</summary>
[Authorize(Policies.Admin)]
internal sealed class AuditDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? Q { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Did { get; set; }

    /// <summary>Days at the venue, both included.</summary>
    [BindProperty(SupportsGet = true)]
    public DateOnly? From { get; set; }

    [BindProperty(SupportsGet = true)]
    public DateOnly? To { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Cursor { get; set; }

    public IReadOnlyList<AuditLine> Entries { get; private set; } = [];

    public string? More { get; private set; }

    public VenueTime Venue { get; private set; } = null!;

    /// <summary>Where incidents are, which keep their own history; null: there is no race yet.</summary>
    public Guid? Race { get; private set; }

    public bool Seeks => !string.IsNullOrEmpty(Q) || !string.IsNullOrEmpty(Did) || From is not null || To is not null;

    public DateTimeOffset Now => time.GetUtcNow();

    public async Task OnGetAsync()
    {
        (_, Venue) = await OwnBar.ShowAsync(ViewData, mediator, current.Actor, Now, HttpContext.RequestAborted);
        Race = DeskBar.Of(ViewData)?.RaceUuid;
        try
        {
            var page = await mediator.Send(
                new ListAudit(new PageRequest(100, Cursor), Q, string.IsNullOrEmpty(Did) ? null : Did, From: From is { } first ? Venue.From(first.ToDateTime(TimeOnly.MinValue)) : null, To: To is { } last ? Venue.From(last.AddDays(1).ToDateTime(TimeOnly.MinValue)) : null),
                HttpContext.RequestAborted);
            (Entries, More) = (page.Items, page.NextCursor);
        }
        catch (Problem problem) when (problem.Status == 400)
        {
            ModelState.AddModelError("", SayKept(problem.Message));
        }
    }

    /// <summary>The same search, further back.</summary>
    public string Further => $"/audit{QueryString.Create(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Q"] = Q, ["Did"] = Did, ["From"] = From?.ToString("O", CultureInfo.InvariantCulture), ["To"] = To?.ToString("O", CultureInfo.InvariantCulture), ["Cursor"] = More }.Where(p => !string.IsNullOrEmpty(p.Value)))}";

    /// <summary>Where what an entry is about is kept now; null: nowhere that it could be opened.</summary>
    public static string? Link(AuditLine entry) => entry switch
    {
        { SubjectKind: AuditSubjects.Person, SubjectUuid: { } uuid } => $"/people/{uuid}",
        { SubjectKind: AuditSubjects.Webhook, SubjectUuid: { } uuid, Action: not AuditActions.WebhookDeleted } => $"/webhooks?Webhook={uuid}",
        { SubjectKind: AuditSubjects.Device, SubjectUuid: { } uuid } => $"/devices#device-{uuid}",
        { SubjectKind: AuditSubjects.Competition, SubjectUuid: { } uuid } => $"/competitions/{uuid}/erasure",
        _ => null,
    };
}
