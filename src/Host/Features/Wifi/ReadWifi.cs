using MediatR;
using ModularRace.Shared.Messaging;

namespace ModularRace.Host.Features.Wifi;

/// <summary>The Wi-Fi networks that are in reach.</summary>
/// <param name="Rescan">Looks anew, which takes seconds.</param>
internal sealed record ReadWifi(bool Rescan) : IQuery<WifiView>;

internal sealed class ReadWifiHandler(WifiNetworks wifi) : IRequestHandler<ReadWifi, WifiView>
{
    public Task<WifiView> Handle(ReadWifi request, CancellationToken cancellationToken) => wifi.ReadAsync(request.Rescan, cancellationToken);
}
