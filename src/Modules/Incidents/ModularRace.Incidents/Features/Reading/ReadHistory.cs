using System.Text.Json.Nodes;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain;
using ModularRace.Incidents.Persistence;
using ModularRace.Shared.Access;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Web;

namespace ModularRace.Incidents.Features.Reading;

/// <summary>Every change of an incident, of what it is shown with, and of their reports, oldest first.</summary>
internal sealed record ReadHistory(Guid IncidentUuid) : IQuery<Page<HistoryView>>;

/// <summary>One change after the making.</summary>
/// <param name="RecordType"><c>incident</c> or <c>report</c>.</param>
/// <param name="At">Corrected (R10); <paramref name="AtDevice"/> is the own time of the system where it was made.</param>
/// <param name="By">A name with role and system.</param>
/// <param name="System"><c>cloud</c>, or the device's name.</param>
/// <param name="Changes">Field to [old, new]; of a withdrawal also its <c>reason</c>.</param>
internal sealed record HistoryView(
    Guid ClientUuid, string RecordType, Guid RecordUuid, DateTimeOffset At, DateTimeOffset AtDevice, long? ClockOffsetMs, long? ClockUncertaintyMs, string? ClockSource,
    string By, string System, JsonObject Changes, string Revision, string Origin, DateTimeOffset CreatedAt);

internal sealed class ReadHistoryHandler(IncidentsDbContext db, ICurrentActor current) : IRequestHandler<ReadHistory, Page<HistoryView>>
{
    public async Task<Page<HistoryView>> Handle(ReadHistory request, CancellationToken cancellationToken)
    {
        var incident = current.RequireSeeing(await db.ReadIncidentAsync(request.IncidentUuid, cancellationToken));
        Guid[] records = [incident.ClientUuid, .. incident.MergedFrom, .. incident.Reports.Select(r => r.ClientUuid)];
        var entries = await db.HistoryEntries.AsNoTracking().Where(h => records.Contains(h.RecordUuid))
            .OrderBy(h => h.OccurredAt).ThenBy(h => h.Id).ToListAsync(cancellationToken);
        return new Page<HistoryView>(
            entries.ConvertAll(h => new HistoryView(
                h.ClientUuid, h.RecordType, h.RecordUuid, h.OccurredAt, h.At.OccurredAtDevice, h.At.ClockOffsetMs, h.At.ClockUncertaintyMs, h.At.ClockSource,
                h.By, h.System, JsonNode.Parse(h.Changes)!.AsObject(), h.Revision, h.Origin, h.CreatedAt)),
            NextCursor: null);
    }
}
