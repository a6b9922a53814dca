using MediatR;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Incidents.Contracts;

namespace ModularRace.Testing;

/// <summary>Tells when the duplicate rule begins its work on what Incidents says, and when it has ended it, within the transaction of a tap.</summary>
public static class AroundTheRule
{
    public static void Listen(IServiceCollection services, Action begins, Action ends)
    {
        // Notifications go to their handlers one after the other, in the order in which these were registered.
        services.Insert(0, ServiceDescriptor.Scoped<INotificationHandler<IncidentsChanged>>(_ => new Listener(begins)));
        services.AddScoped<INotificationHandler<IncidentsChanged>>(_ => new Listener(ends));
    }

    private sealed class Listener(Action tell) : INotificationHandler<IncidentsChanged>
    {
        public Task Handle(IncidentsChanged notification, CancellationToken cancellationToken)
        {
            tell();
            return Task.CompletedTask;
        }
    }
}
