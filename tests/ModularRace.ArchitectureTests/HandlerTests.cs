using System.Reflection;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace ModularRace.ArchitectureTests;

public sealed class CloudHandlerTests(InProcessCloud host) : HandlerTests(host, ".OnDevice", "Touch"), IClassFixture<InProcessCloud>;

public sealed class PiHandlerTests(InProcessPi host) : HandlerTests(host, ".OnServer", "Desk"), IClassFixture<InProcessPi>;

/// <summary>MediatR finds out at run time that nobody handles a request; here it is known before.</summary>
/// <param name="host">The mode's host.</param>
/// <param name="elsewhere">What namespaces hold that play no part in this mode.</param>
/// <param name="otherFace">How pages are called that this mode does not serve.</param>
public abstract class HandlerTests(InProcessHost host, string elsewhere, string otherFace)
{
    [Fact]
    public void Whatever_is_sent_in_this_mode_has_exactly_one_handler()
    {
        using var scope = host.Services.CreateScope();
        var sent = Sent(scope.ServiceProvider).ToList();
        Assert.NotEmpty(sent);
        Violations.None(Rules.Handled(sent, request => Handlers(scope.ServiceProvider, request).Count));
    }

    [Fact]
    public void Whatever_handler_is_registered_can_be_made()
    {
        using var scope = host.Services.CreateScope();
        var requests = House.Modules.SelectMany(m => House.Implementation(m).GetTypes().Concat(House.Contracts(m).GetTypes())).Where(Sending.IsRequest).ToList();
        Assert.NotEmpty(requests.SelectMany(r => Handlers(scope.ServiceProvider, r)));
        foreach (var notification in House.Modules.SelectMany(m => House.Contracts(m).GetTypes()).Where(t => t.IsAssignableTo(typeof(INotification)) && !t.IsAbstract))
            _ = scope.ServiceProvider.GetServices(typeof(INotificationHandler<>).MakeGenericType(notification)).ToList();
    }

    [Fact]
    public void A_planted_request_without_a_handler_is_found()
    {
        using var scope = host.Services.CreateScope();
        var sent = Instructions.RequestsMadeBy(typeof(PlantedSender)).Select(r => new Sending(nameof(PlantedSender), r)).ToList();
        Assert.Equal(["NobodyHandles, which PlantedSender sends, has 0 handlers"], Rules.Handled(sent, request => Handlers(scope.ServiceProvider, request).Count));
    }

    private IEnumerable<Sending> Sent(IServiceProvider services)
    {
        // Routes are mapped by role, so that what they send is read from those that this mode serves.
        foreach (var endpoint in host.Endpoints)
            if (endpoint.Metadata.GetMetadata<MethodInfo>() is { } lambda)
                foreach (var request in Instructions.RequestsMadeBy(lambda).Concat(lambda.GetParameters().Select(p => p.ParameterType).Where(Sending.IsRequest)))
                    yield return new Sending(endpoint.RoutePattern.RawText ?? "?", request);

        foreach (var type in House.Modules.SelectMany(m => House.Implementation(m).GetTypes()).Where(t => !t.IsNested && TakesPart(t, services)))
            foreach (var request in Instructions.RequestsMadeBy(type).Where(r => r != type)) // a record makes its own copy
                yield return new Sending(type.Name, request);
    }

    private bool TakesPart(Type type, IServiceProvider services)
    {
        if (type.Name.EndsWith("Endpoints", StringComparison.Ordinal)) return false;
        if (type.Name.Contains(otherFace, StringComparison.Ordinal) || (type.Namespace ?? "").Contains(elsewhere, StringComparison.Ordinal)) return false;
        var handled = type.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() is var d && (d == typeof(IRequestHandler<,>) || d == typeof(INotificationHandler<>))).ToList();
        return handled.Count == 0 || handled.Exists(i => services.GetServices(i).Any(h => h!.GetType() == type));
    }

    private static List<object?> Handlers(IServiceProvider services, Type request)
    {
        var result = request.GetInterfaces().First(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequest<>)).GetGenericArguments()[0];
        return [.. services.GetServices(typeof(IRequestHandler<,>).MakeGenericType(request, result))];
    }

    private sealed record NobodyHandles : IRequest<int>;

    private sealed class PlantedSender(IMediator mediator)
    {
        public async Task<int> Run()
        {
            await Task.Yield();
            return await mediator.Send(new NobodyHandles());
        }
    }
}
