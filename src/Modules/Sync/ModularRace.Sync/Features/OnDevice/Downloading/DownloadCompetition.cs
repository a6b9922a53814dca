using FluentValidation;
using MediatR;
using ModularRace.Shared.Problems;
using ModularRace.Sync.Domain.OnDevice;
using ModularRace.Sync.Domain.OnDevice.Link;
using ModularRace.Sync.Features.OnDevice.Sending;
using ModularRace.Sync.Features.OnDevice.Showing;
using ModularRace.Sync.Wire;

namespace ModularRace.Sync.Features.OnDevice.Downloading;

/// <summary>Brings a competition onto this Pi, and then what happened in it so far. Again: harmless.</summary>
/// <param name="Date">Only the races of that day at the venue; null: all.</param>
/// <param name="Wait">Answer when all of it is here.</param>
internal sealed record DownloadCompetition(Guid? CompetitionUuid, DateOnly? Date, bool Wait) : IRequest<DeviceView>;

internal sealed class DownloadCompetitionValidator : AbstractValidator<DownloadCompetition>
{
    public DownloadCompetitionValidator() => RuleFor(d => d.CompetitionUuid).Must(u => u is not null && u != Guid.Empty).WithMessage("It is required.");
}

internal sealed class DownloadCompetitionHandler(SyncRunner runner, DeviceRow row, IMediator mediator) : IRequestHandler<DownloadCompetition, DeviceView>
{
    /// <exception cref="Problem">409 <c>not_paired</c>; with wait also 403 <c>competition_not_granted</c>, 503 <c>server_unreachable</c>.</exception>
    public async Task<DeviceView> Handle(DownloadCompetition request, CancellationToken cancellationToken)
    {
        await row.RequireAccessAsync(cancellationToken);
        var done = runner.DownloadAsync(request.CompetitionUuid!.Value, request.Date);
        if (request.Wait) await done.WaitAsync(cancellationToken);
        return await mediator.Send(new ReadDevice(), cancellationToken);
    }
}

/// <summary>What the cloud offers this Pi.</summary>
internal sealed record ListOfferedCompetitions : IRequest<DeviceCompetitions>;

internal sealed class ListOfferedCompetitionsHandler(CloudLink link, DeviceRow row, IMediator mediator) : IRequestHandler<ListOfferedCompetitions, DeviceCompetitions>
{
    public async Task<DeviceCompetitions> Handle(ListOfferedCompetitions request, CancellationToken cancellationToken)
    {
        var access = await row.RequireAccessAsync(cancellationToken);
        try
        {
            var offered = await link.CompetitionsAsync(access, cancellationToken);
            await mediator.Send(new StoreGrants(offered), cancellationToken);
            return offered;
        }
        catch (LinkFailure e)
        {
            throw e.ToProblem();
        }
    }
}
