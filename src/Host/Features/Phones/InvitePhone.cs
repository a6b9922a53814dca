using MediatR;
using ModularRace.Host.Http;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Problems;
using QRCoder;

namespace ModularRace.Host.Features.Phones;

/// <summary>Makes the code by which one phone is let in; the one before it is void.</summary>
internal sealed record InvitePhone : ICommand<PhoneInvitation>;

/// <param name="Url">What the phone opens.</param>
/// <param name="Qr">The same as a QR code.</param>
/// <param name="Fingerprint">Of the certificate that it will be shown.</param>
/// <param name="FingerprintQr">The same as a QR code.</param>
/// <param name="ExpiresInS">Seconds for which the code is good.</param>
internal sealed record PhoneInvitation(string Url, QrPicture Qr, string Fingerprint, QrPicture FingerprintQr, int ExpiresInS);

/// <summary>A QR code with its quiet zone, as an SVG path.</summary>
/// <param name="Size">Modules a side: the view box is <c>0 0 Size Size</c>.</param>
/// <param name="Path">The dark modules.</param>
internal sealed record QrPicture(int Size, string Path)
{
    public static QrPicture Of(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix;
        var path = new System.Text.StringBuilder();
        for (var y = 0; y < rows.Count; y++)
            for (var x = 0; x < rows[y].Length; x++)
            {
                var from = x;
                while (x < rows[y].Length && rows[y][x]) x++;
                if (x > from) path.Append(System.Globalization.CultureInfo.InvariantCulture, $"M{from} {y}h{x - from}v1H{from}z");
            }

        return new QrPicture(rows.Count, path.ToString());
    }
}

internal sealed class InvitePhoneHandler(PhoneDoor door, OwnCertificate certificate, PhoneInvitations invitations) : IRequestHandler<InvitePhone, PhoneInvitation>
{
    public Task<PhoneInvitation> Handle(InvitePhone request, CancellationToken cancellationToken)
    {
        var port = door.Port ?? throw new Problem(StatusCodes.Status409Conflict, "no_phone_door", "This Pi is not set up to let phones in.");
        var address = door.Address() ?? throw new Problem(StatusCodes.Status409Conflict, "no_network", "This Pi is in no network. Connect it to the venue's Wi-Fi first.");
        var url = LinkTo(address, port, invitations.Make());
        return Task.FromResult(new PhoneInvitation(url, QrPicture.Of(url), certificate.Fingerprint, QrPicture.Of(certificate.Fingerprint), (int)PhoneInvitations.Holds.TotalSeconds));
    }

    /// <param name="address">A name or an address of either kind.</param>
    public static string LinkTo(string address, int port, string code) => new UriBuilder(Uri.UriSchemeHttps, address, port, "join", $"?code={code}").Uri.AbsoluteUri;
}
