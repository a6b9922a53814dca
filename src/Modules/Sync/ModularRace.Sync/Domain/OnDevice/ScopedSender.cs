using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace ModularRace.Sync.Domain.OnDevice;

/// <summary>
/// Sends a message in a scope of its own. A run lasts minutes and goes over the network between its commits: nothing that
/// one step has read may be taken for true by the next.
/// </summary>
internal sealed class ScopedSender(IServiceScopeFactory scopes)
{
    public async Task<T> SendAsync<T>(IRequest<T> message, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(message, cancellationToken);
    }
}
