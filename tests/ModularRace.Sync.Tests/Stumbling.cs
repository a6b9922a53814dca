using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace ModularRace.Sync.Tests;

/// <summary>An owner that has a fault nobody foresaw: it does its work, and then breaks where a certain record was part of it.</summary>
internal static class Stumbling
{
    public static void AddStumbling<TRequest, TResult>(this IServiceCollection services, Func<TRequest, bool> breaks)
        where TRequest : IRequest<TResult>
    {
        var real = services.Last(s => s.ServiceType == typeof(IRequestHandler<TRequest, TResult>)).ImplementationType!;
        services.AddScoped<IRequestHandler<TRequest, TResult>>(provider =>
            new Handler<TRequest, TResult>((IRequestHandler<TRequest, TResult>)ActivatorUtilities.CreateInstance(provider, real), breaks));
    }

    private sealed class Handler<TRequest, TResult>(IRequestHandler<TRequest, TResult> real, Func<TRequest, bool> breaks) : IRequestHandler<TRequest, TResult>
        where TRequest : IRequest<TResult>
    {
        public async Task<TResult> Handle(TRequest request, CancellationToken cancellationToken)
        {
            var result = await real.Handle(request, cancellationToken);
            return breaks(request) ? throw new InvalidOperationException("The owner stumbles.") : result;
        }
    }
}
