using Microsoft.Extensions.DependencyInjection;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;

namespace ModularRace.Shared;

public static class SharedRegistration
{
    /// <summary>What all modules stand on: the command pipeline and the database session.</summary>
    public static IServiceCollection AddShared(this IServiceCollection services)
    {
        services.AddScoped<DatabaseSession>();
        return services.AddMessaging();
    }
}
