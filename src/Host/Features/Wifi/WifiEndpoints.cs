using MediatR;
using ModularRace.Host.Http;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;

namespace ModularRace.Host.Features.Wifi;

internal static class WifiEndpoints
{
    public static void MapWifi(this IEndpointRouteBuilder api)
    {
        var wifi = api.MapGroup("/device/wifi").WithTags("This device").RequireAuthorization(Policies.PiOperator).ProducesProblem(401).ProducesProblem(403)
            // R15: whoever is in the venue's network with a password does not lead the Pi into another.
            .AddEndpointFilter((context, next) => Loopback.IsCaller(context.HttpContext) ? next(context) : throw Problem.Forbidden("The Wi-Fi is chosen at the Pi itself."));

        wifi.MapGet("/", (bool? rescan, IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new ReadWifi(rescan ?? false), cancellationToken))
            .WithName("ReadWifi").WithSummary("The Wi-Fi networks in reach; rescan=true looks anew").Produces<WifiView>().ProducesProblem(400);

        wifi.MapPost("/connect", (ConnectWifi message, IMediator mediator, CancellationToken cancellationToken) => mediator.Send(message, cancellationToken))
            .WithName("ConnectWifi").WithSummary("Brings this Pi into a network, and keeps it for the next time").Produces<WifiView>().ProducesProblem(400).ProducesProblem(409);

        wifi.MapPost("/forget", (ForgetWifi message, IMediator mediator, CancellationToken cancellationToken) => mediator.Send(message, cancellationToken))
            .WithName("ForgetWifi").WithSummary("Forgets a network and its password").Produces<WifiView>().ProducesProblem(409);

        wifi.MapPost("/on", (IMediator mediator, CancellationToken cancellationToken) => mediator.Send(new SwitchWifiOn(), cancellationToken))
            .WithName("SwitchWifiOn").WithSummary("Switches this Pi's Wi-Fi on").Produces<WifiView>().ProducesProblem(409);
    }
}
