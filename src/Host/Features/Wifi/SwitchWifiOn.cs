using MediatR;

namespace ModularRace.Host.Features.Wifi;

/// <summary>Switches the machine's Wi-Fi on.</summary>
internal sealed record SwitchWifiOn : IRequest<WifiView>;

internal sealed class SwitchWifiOnHandler(WifiNetworks wifi) : IRequestHandler<SwitchWifiOn, WifiView>
{
    public async Task<WifiView> Handle(SwitchWifiOn request, CancellationToken cancellationToken)
    {
        await wifi.SwitchOnAsync(cancellationToken);
        return await wifi.ReadAsync(rescan: false, cancellationToken);
    }
}
