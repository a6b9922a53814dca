using MediatR;
using ModularRace.Incidents.Contracts;
using ModularRace.Incidents.Domain.Clips;
using ModularRace.Shared.Problems;

namespace ModularRace.Incidents.Features.Clips;

internal sealed class CarryClipHandler(ClipAccess access, IMediator mediator) : IRequestHandler<CarryClip, long>
{
    /// <exception cref="Problem">As when the device sends; 409 <c>offset_mismatch</c> where bytes before these are not here.</exception>
    public async Task<long> Handle(CarryClip request, CancellationToken cancellationToken)
    {
        access.Carried = request.DeviceUuid;
        var at = await mediator.Send(new BeginClip(request.ReportUuid, request.SizeBytes, request.Sha256), cancellationToken);
        var known = at.Offset - request.Offset;
        if (known < 0) throw new Problem(409, "offset_mismatch", "Bytes of the clip are missing before these.");
        if (known >= request.Bytes.Count) return at.Offset;
        var next = request.Bytes[(int)known..];
        using var body = new MemoryStream(next.Array!, next.Offset, next.Count, writable: false);
        return (await mediator.Send(new WriteClip(at.UploadUuid, at.Offset, null, next.Count, body), cancellationToken)).Offset;
    }
}
