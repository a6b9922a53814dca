using System.Security.Cryptography;
using MediatR;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using ModularRace.Shared.Messaging;
using ModularRace.Sync.Persistence;
using ModularRace.Sync.Persistence.Server;

namespace ModularRace.Sync.Domain;

/// <summary>The key for which devices encrypt their archives; made when it is first asked for.</summary>
internal sealed class CloudArchiveKey(SyncDbContext db, IMediator mediator, IDataProtectionProvider protection)
{
    private const string Purpose = "ModularRace.Sync.ArchiveKey";

    /// <summary>SubjectPublicKeyInfo.</summary>
    public async Task<byte[]> PublicAsync(CancellationToken ct) => (await ReadAsync(ct)).PublicKey;

    /// <summary>The private half, to be disposed of.</summary>
    public async Task<ECDiffieHellman> PrivateAsync(CancellationToken ct)
    {
        var key = ECDiffieHellman.Create();
        key.ImportPkcs8PrivateKey(protection.CreateProtector(Purpose).Unprotect((await ReadAsync(ct)).PrivateKey), out _);
        return key;
    }

    private async Task<ArchiveKey> ReadAsync(CancellationToken ct)
    {
        if (await db.ArchiveKeys.AsNoTracking().SingleOrDefaultAsync(ct) is { } known) return known;
        using var made = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        await mediator.Send(new KeepArchiveKey(made.ExportSubjectPublicKeyInfo(), protection.CreateProtector(Purpose).Protect(made.ExportPkcs8PrivateKey())), ct);
        return await db.ArchiveKeys.AsNoTracking().SingleAsync(ct);
    }
}

/// <summary>Of two replicas that make one at once the first keeps it.</summary>
internal sealed record KeepArchiveKey(byte[] PublicKey, byte[] PrivateKey) : ICommand<Done>;

internal sealed class KeepArchiveKeyHandler(SyncDbContext db) : IRequestHandler<KeepArchiveKey, Done>
{
    public async Task<Done> Handle(KeepArchiveKey request, CancellationToken cancellationToken)
    {
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO sync.archive_keys (id, public_key, private_key) VALUES (1, {request.PublicKey}, {request.PrivateKey}) ON CONFLICT DO NOTHING", cancellationToken);
        return default;
    }
}
