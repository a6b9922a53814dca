using System.Text.Json.Nodes;

namespace ModularRace.Sync.Wire;

/// <param name="PairingCode">Eight characters, as an admin was shown them; lower case, spaces and dashes are forgiven.</param>
/// <param name="DeviceUuid">Made with the device's database.</param>
/// <param name="Metadata">What the device says of itself; kept and shown, never acted on.</param>
/// <param name="SigningKey">By which the device signs its archives: ECDSA P-256, SubjectPublicKeyInfo (DER), base64; absent: it writes none.</param>
internal sealed record PairRequest(string? PairingCode, Guid? DeviceUuid, JsonObject? Metadata, string? SigningKey = null);

/// <param name="ApiToken">Shown this once.</param>
/// <param name="ReceiptKey">The public key of this device's receipts: ECDSA P-256, SubjectPublicKeyInfo (DER), base64.</param>
/// <param name="ArchiveKey">For which the device encrypts its archives: ECDH P-256, SubjectPublicKeyInfo (DER), base64.</param>
internal sealed record PairAnswer(Guid DeviceUuid, string Name, bool MayDecide, string ApiToken, string ReceiptKey, string? ArchiveKey = null);

/// <summary>What a device may download.</summary>
/// <param name="MayDecide">Whether it may change official status and decisions.</param>
/// <param name="Items">The competitions granted.</param>
/// <param name="DeviceName">As it is called now; an imaged device has it from nowhere else.</param>
/// <param name="ReceiptKey">As in <see cref="PairAnswer"/>.</param>
/// <param name="ArchiveKey">As in <see cref="PairAnswer"/>.</param>
internal sealed record DeviceCompetitions(
    bool MayDecide, IReadOnlyList<DeviceCompetition> Items, string? DeviceName = null, string? ReceiptKey = null, string? ArchiveKey = null);

internal sealed record DeviceCompetition(
    Guid ClientUuid, string Name, string? Place, string Country, DateOnly StartDate, DateOnly EndDate, string TimeZone, bool Practice,
    int Races, int Athletes, int Bibs, int Locations);
