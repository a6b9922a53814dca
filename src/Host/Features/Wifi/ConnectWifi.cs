using System.Text;
using FluentValidation;
using MediatR;

namespace ModularRace.Host.Features.Wifi;

/// <summary>Brings this Pi into a network. No command of the pipeline: it takes long, and nothing of it is in the database.</summary>
/// <param name="Ssid">The network's name, 1 to 32 bytes in UTF-8.</param>
/// <param name="Password">8 to 63 characters of ASCII, or 64 hexadecimal digits; null: the network is open, or known.</param>
/// <param name="Hidden">It does not tell its name, and is looked for by it.</param>
internal sealed record ConnectWifi(string Ssid, string? Password = null, bool? Hidden = null) : IRequest<WifiView>
{
    /// <summary>Without the password, wherever it is written.</summary>
    public override string ToString() => $"{nameof(ConnectWifi)} {Ssid}";
}

internal sealed class ConnectWifiValidator : AbstractValidator<ConnectWifi>
{
    public ConnectWifiValidator()
    {
        RuleFor(c => c.Ssid).NotEmpty().Must(s => Encoding.UTF8.GetByteCount(s ?? "") <= 32 && !(s ?? "").Any(char.IsControl)).WithMessage("It is a network's name, of at most 32 bytes.");
        RuleFor(c => c.Password).Must(IsPassword).WithMessage("It is of 8 to 63 characters without accents.");
    }

    private static bool IsPassword(string? password) => password is null
        || (password.Length is >= 8 and <= 63 && password.All(c => c is >= ' ' and <= '~'))
        || (password.Length == 64 && password.All(char.IsAsciiHexDigit));
}

internal sealed class ConnectWifiHandler(WifiNetworks wifi) : IRequestHandler<ConnectWifi, WifiView>
{
    public async Task<WifiView> Handle(ConnectWifi request, CancellationToken cancellationToken)
    {
        await wifi.ConnectAsync(request.Ssid, request.Password, request.Hidden ?? false, cancellationToken);
        return await wifi.ReadAsync(rescan: false, cancellationToken);
    }
}
