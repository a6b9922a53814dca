using Microsoft.AspNetCore.Identity;

namespace ModularRace.Host.Identity;

/// <summary>Somebody who signs in. ASP.NET Core Identity keeps the password; what a person may is in <see cref="PersonRole"/>.</summary>
internal sealed class Person : IdentityUser<Guid>
{
    /// <summary>As shown to others.</summary>
    public required string Name { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when this person may not sign in any more; null: may.</summary>
    public DateTimeOffset? DisabledAt { get; set; }

    public List<PersonRole> Roles { get; } = [];
}

/// <summary>A role of a person, on one competition or (null) on all.</summary>
internal sealed class PersonRole
{
    public long Id { get; init; }

    public Guid PersonId { get; init; }

    public required string Role { get; init; }

    public Guid? CompetitionUuid { get; init; }
}

/// <summary>One sign-in of one person, and all tokens that came of it: they end together.</summary>
internal sealed class Session
{
    /// <summary>For pages, by cookie.</summary>
    public const string Pages = "pages";

    /// <summary>For the API, by bearer tokens.</summary>
    public const string Api = "api";

    public Guid Id { get; init; }

    public Guid PersonId { get; init; }

    public required string Kind { get; init; }

    /// <summary>Where it was opened from.</summary>
    public required string Address { get; init; }

    /// <summary>The person's security stamp when it was opened: with another it is over, also where it was opened while the password changed.</summary>
    public required string Stamp { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last used, to within a few minutes.</summary>
    public DateTimeOffset LastSeenAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>Lets one person choose a password, once; known by its digest only (R15).</summary>
internal sealed class PasswordLink
{
    public long Id { get; init; }

    public Guid PersonId { get; init; }

    public required byte[] Digest { get; init; }

    public required string MadeBy { get; init; }

    public DateTimeOffset MadeAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was used, or made void by another.</summary>
    public DateTimeOffset? UsedAt { get; init; }
}

/// <summary>An alert that somebody is to hear of who does not sit at the desk: once a channel.</summary>
internal sealed class AlertDelivery
{
    public long Id { get; init; }

    /// <summary>The same at each try, so that whoever has it already knows it.</summary>
    public Guid ClientUuid { get; init; }

    public long AlertId { get; init; }

    /// <summary><c>mail</c> or <c>webhook</c>.</summary>
    public required string Channel { get; init; }

    public int Attempts { get; init; }

    /// <summary>When it is due, or, while somebody tries, when it is due again if nothing is heard of that.</summary>
    public DateTimeOffset NextAttemptAt { get; init; }

    public DateTimeOffset? SentAt { get; set; }

    public DateTimeOffset? GivenUpAt { get; set; }

    public string? LastError { get; set; }
}

/// <summary>An access or refresh token, known by its digest only (R15). A used refresh token is kept: shown again, it ends the session.</summary>
internal sealed class SessionToken
{
    public const string Access = "access", Refresh = "refresh";

    public long Id { get; init; }

    public Guid SessionId { get; init; }

    public required string Kind { get; init; }

    public required byte[] Digest { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>How an integration signs in. Never an admin.</summary>
internal sealed class ApiKey
{
    public long Id { get; init; }

    public Guid ClientUuid { get; init; }

    public required string Name { get; init; }

    public required string Role { get; init; }

    /// <summary>The competitions that it is limited to; null: all.</summary>
    public Guid[]? CompetitionUuids { get; init; }

    public required byte[] Digest { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>To five minutes; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>What somebody must look at, or had to. A cause is here once for each time that it came.</summary>
internal sealed class Alert
{
    public long Id { get; init; }

    public Guid ClientUuid { get; init; }

    public required string Kind { get; init; }

    /// <summary>The same for the same cause: at most one of them has not ended.</summary>
    public required string CauseKey { get; init; }

    /// <summary>Whose jury it concerns; null: those with rights on all.</summary>
    public Guid? CompetitionUuid { get; init; }

    public Guid? DeviceUuid { get; init; }

    public required string Words { get; set; }

    public DateTimeOffset RaisedAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>A program of somebody else that is told what it asked to be told.</summary>
internal sealed class Webhook
{
    public long Id { get; init; }

    public Guid ClientUuid { get; init; }

    public required string Name { get; set; }

    public required string Url { get; set; }

    /// <summary>Of <c>WebhookEvents</c>.</summary>
    public required string[] Events { get; set; }

    /// <summary>What its messages are signed with, sealed: to sign, it must be had, so that no digest does.</summary>
    public required byte[] SealedSecret { get; set; }

    public bool Active { get; set; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public required string Revision { get; set; }
}

/// <summary>One message to one webhook, written in the transaction of what it tells.</summary>
internal sealed class WebhookDelivery
{
    public long Id { get; init; }

    /// <summary>The same at each try, so that whoever has it already knows it.</summary>
    public Guid ClientUuid { get; init; }

    public long WebhookId { get; init; }

    public required string Event { get; init; }

    /// <summary>To the byte what is sent, at each try.</summary>
    public required string Body { get; init; }

    public DateTimeOffset MadeAt { get; init; }

    public int Attempts { get; init; }

    /// <summary>When it is due, or, while somebody tries, when it is due again if nothing is heard of that.</summary>
    public DateTimeOffset NextAttemptAt { get; init; }

    public DateTimeOffset? TriedAt { get; init; }

    public DateTimeOffset? SentAt { get; init; }

    public DateTimeOffset? GivenUpAt { get; init; }

    /// <summary>The status of the last answer; null: none came.</summary>
    public int? LastStatus { get; init; }

    public string? LastError { get; init; }
}

/// <summary>What was told of an incident last: only what differs is news.</summary>
internal sealed class ToldIncident
{
    public Guid IncidentUuid { get; init; }

    public required string Status { get; init; }

    public required string Decision { get; init; }

    public string? PenaltyCode { get; init; }
}

/// <summary>Who did what. Only ever added to: the database refuses anything else (AppendOnlyAudit).</summary>
internal sealed class AuditEntry
{
    public long Id { get; init; }

    public Guid ClientUuid { get; init; }

    public DateTimeOffset At { get; init; }

    public required string Action { get; init; }

    /// <summary><c>person, api_key, device, system, nobody</c>.</summary>
    public required string ActorKind { get; init; }

    public Guid? ActorUuid { get; init; }

    public required string Actor { get; init; }

    public string? Address { get; init; }

    public string? SubjectKind { get; init; }

    public Guid? SubjectUuid { get; init; }

    public string? Subject { get; init; }

    public string? Detail { get; init; }
}

/// <summary>A referee's own phone that was let in at this Pi. It is known by its cookie, which names it.</summary>
internal sealed class Phone
{
    public long Id { get; init; }

    public Guid ClientUuid { get; init; }

    /// <summary>Of who reports on it.</summary>
    public required string Name { get; init; }

    public DateTimeOffset JoinedAt { get; init; }

    public DateTimeOffset? RemovedAt { get; set; }
}

/// <summary>This Pi's own certificate with its key; the newest counts.</summary>
internal sealed class OwnCertificateRow
{
    public long Id { get; init; }

    public required byte[] Pkcs12 { get; init; }

    public DateTimeOffset MadeAt { get; init; }
}

/// <summary>A sign-in that has not succeeded, or not yet.</summary>
internal sealed class LoginFailure
{
    public long Id { get; init; }

    /// <summary>SHA-256 of the account's name: people type passwords into the wrong field.</summary>
    public required byte[] Account { get; init; }

    public required string Address { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>Whether the audit trail says already that attempts were refused after this one.</summary>
    public bool RefusalTold { get; init; }
}

/// <summary>A key of ASP.NET Core's data protection, shared by all replicas.</summary>
internal sealed class DataProtectionKey
{
    public long Id { get; init; }

    public required string Name { get; init; }

    public required string Xml { get; init; }
}
