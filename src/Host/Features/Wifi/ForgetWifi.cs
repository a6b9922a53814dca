using MediatR;

namespace ModularRace.Host.Features.Wifi;

/// <summary>Forgets a network and its password. Again: unchanged.</summary>
internal sealed record ForgetWifi(string Ssid) : IRequest<WifiView>;

internal sealed class ForgetWifiHandler(WifiNetworks wifi) : IRequestHandler<ForgetWifi, WifiView>
{
    public async Task<WifiView> Handle(ForgetWifi request, CancellationToken cancellationToken)
    {
        await wifi.ForgetAsync(request.Ssid, cancellationToken);
        return await wifi.ReadAsync(rescan: false, cancellationToken);
    }
}
