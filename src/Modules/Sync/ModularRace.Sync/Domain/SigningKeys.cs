using System.Security.Cryptography;
using MediatR;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Domain;

/// <summary>The keys by which devices sign their archives, as the cloud knows them.</summary>
internal static class SigningKeys
{
    public const string Rule = "It is an ECDSA P-256 key (SubjectPublicKeyInfo, base64).";

    /// <summary>A card is exchanged now and then, not every day; older ones than these no stick holds.</summary>
    private const int Most = 20;

    /// <summary>SubjectPublicKeyInfo; null: it is none.</summary>
    public static byte[]? Read(string? text)
    {
        if (text is null or { Length: > 500 }) return null;
        try
        {
            using var key = ECDsa.Create();
            var bytes = Convert.FromBase64String(text);
            key.ImportSubjectPublicKeyInfo(bytes, out _);
            return key.KeySize == 256 ? bytes : null;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return null;
        }
    }

    public static bool Knows(PairedDevice device, byte[] key) => device.SigningKeys.Exists(k => k.AsSpan().SequenceEqual(key));

    public static void Learn(PairedDevice device, byte[]? key)
    {
        if (key is null || Knows(device, key)) return;
        device.SigningKeys.Add(key);
        if (device.SigningKeys.Count > Most) device.SigningKeys.RemoveAt(0);
    }
}

/// <summary>A device tells a key that it has not told yet: an imaged one, or one whose data protection was lost.</summary>
internal sealed record LearnSigningKey(Guid DeviceUuid, byte[] Key) : ICommand<Done>;

internal sealed class LearnSigningKeyHandler(SyncDbContext db) : IRequestHandler<LearnSigningKey, Done>
{
    public async Task<Done> Handle(LearnSigningKey request, CancellationToken cancellationToken)
    {
        SigningKeys.Learn(await db.Devices.SingleAsync(d => d.DeviceUuid == request.DeviceUuid, cancellationToken), request.Key);
        await db.SaveChangesAsync(cancellationToken);
        return default;
    }
}
