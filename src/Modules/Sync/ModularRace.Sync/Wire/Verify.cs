namespace ModularRace.Sync.Wire;

/// <param name="Records">What the device made or changed.</param>
/// <param name="Clips">SHA-256 of each clip, lower-case hexadecimal.</param>
internal sealed record VerifyRequest(Guid? CompetitionUuid, IReadOnlyList<VerifyRecord>? Records, IReadOnlyList<string>? Clips);

/// <param name="ContentSha256">Lower-case hexadecimal, as <see cref="RecordDigest.Hex"/> computes it.</param>
internal sealed record VerifyRecord(string? Type, Guid? ClientUuid, string? ContentSha256);

/// <param name="Missing">What the cloud does not hold: records as sent; a clip has the type <c>clip</c>.</param>
/// <param name="Different">What it holds otherwise.</param>
/// <param name="Receipt">Only when nothing is missing or different.</param>
internal sealed record VerifyAnswer(bool Verified, IReadOnlyList<VerifyFault> Missing, IReadOnlyList<VerifyFault> Different, Receipt? Receipt);

internal sealed record VerifyFault(string Type, Guid? ClientUuid, string ContentSha256);

/// <summary>The cloud's word that it holds everything.</summary>
/// <param name="Digest">SHA-256, lower-case hexadecimal, over the canonical JSON of the request that was verified.</param>
/// <param name="Signature">
/// ECDSA P-256 with SHA-256, DER (RFC 3279), base64, over the canonical JSON (RFC 8785) of this receipt without <c>signature</c>.
/// </param>
internal sealed record Receipt(
    Guid ReceiptUuid, Guid DeviceUuid, Guid CompetitionUuid, DateTimeOffset VerifiedAt, IReadOnlyDictionary<string, int> Counts, string Digest, string Signature);
