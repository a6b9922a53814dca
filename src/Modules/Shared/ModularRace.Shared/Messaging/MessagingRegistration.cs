using System.Reflection;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace ModularRace.Shared.Messaging;

/// <summary>MediatR 5.1 brings no registration of its own; this is the one place that knows it (docs/decisions/0002).</summary>
public static class MessagingRegistration
{
    private static readonly Type[] HandlerTypes = [typeof(IRequestHandler<,>), typeof(INotificationHandler<>)];

    public static IServiceCollection AddMessaging(this IServiceCollection services)
    {
        services.AddScoped<ServiceFactory>(provider => provider.GetService!);
        services.AddScoped<IMediator, Mediator>();
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(ValidationBehaviour<,>));
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(TransactionBehaviour<,>));
        return services;
    }

    /// <summary>
    /// Registers the handlers and validators of a module, in the order in which modules are registered: a notification
    /// reaches them in that order (Competitions, Incidents, Dedup, Sync).
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="assembly">The module's implementation.</param>
    /// <param name="plays">Tells which types take part in the role that the module plays; null: all.</param>
    public static IServiceCollection AddHandlersFrom(this IServiceCollection services, Assembly assembly, Func<Type, bool>? plays = null)
    {
        foreach (var type in assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false, Namespace: not null } && (plays?.Invoke(t) ?? true)))
            foreach (var face in type.GetInterfaces().Where(i => i.IsGenericType))
            {
                if (HandlerTypes.Contains(face.GetGenericTypeDefinition()))
                    services.AddScoped(face, type);
                else if (face.GetGenericTypeDefinition() == typeof(IValidator<>))
                    services.AddSingleton(face, type);
            }

        return services;
    }
}
