using MediatR;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Messaging;

namespace ModularRace.Incidents.Features.Regrouping;

internal sealed class NoteInHistoryHandler(IncidentChanges changes) : IRequestHandler<NoteInHistory, Done>
{
    public async Task<Done> Handle(NoteInHistory request, CancellationToken cancellationToken)
    {
        var edit = changes.Begin();
        foreach (var note in request.Notes) edit.Note(note.IncidentUuid, note.Changes);
        await changes.SaveAsync(edit, cancellationToken);
        return default;
    }
}
