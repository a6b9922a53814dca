using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Features.Regrouping;

internal sealed class NoteInHistoryHandler(IncidentsDbContext db, IncidentChanges changes) : IRequestHandler<NoteInHistory, Done>
{
    public async Task<Done> Handle(NoteInHistory request, CancellationToken cancellationToken)
    {
        var noted = request.Notes.Select(n => n.IncidentUuid).ToArray();
        var competition = await db.Incidents.Where(i => noted.Contains(i.ClientUuid)).Select(i => (Guid?)i.CompetitionUuid).FirstOrDefaultAsync(cancellationToken);
        var edit = changes.Begin(competition);
        foreach (var note in request.Notes) edit.Note(note.IncidentUuid, note.Changes);
        await changes.SaveAsync(edit, cancellationToken);
        return default;
    }
}
