using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ModularRace.Host.Identity;

internal sealed class PersonConfiguration : IEntityTypeConfiguration<Person>
{
    public void Configure(EntityTypeBuilder<Person> builder)
    {
        builder.ToTable("people");
        builder.Property(p => p.Id).ValueGeneratedNever();
        builder.Property(p => p.Name).HasMaxLength(200);
        builder.Property(p => p.ConcurrencyStamp).IsConcurrencyToken();
        builder.HasIndex(p => p.NormalizedUserName).IsUnique();
        builder.HasIndex(p => p.NormalizedEmail).IsUnique();
        builder.HasMany(p => p.Roles).WithOne().HasForeignKey(r => r.PersonId);
        builder.Ignore(p => p.PhoneNumber);
        builder.Ignore(p => p.PhoneNumberConfirmed);
        builder.Ignore(p => p.TwoFactorEnabled);

        // Nobody is locked out for failures: they slow down, by account and address (PasswordGate).
        builder.Ignore(p => p.LockoutEnd);
        builder.Ignore(p => p.LockoutEnabled);
        builder.Ignore(p => p.AccessFailedCount);
    }
}

internal sealed class PersonRoleConfiguration : IEntityTypeConfiguration<PersonRole>
{
    public void Configure(EntityTypeBuilder<PersonRole> builder)
    {
        builder.ToTable("person_roles");
        builder.HasIndex(r => new { r.PersonId, r.Role, r.CompetitionUuid }).IsUnique().AreNullsDistinct(false);
    }
}

internal sealed class SessionConfiguration : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("sessions");
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.HasOne<Person>().WithMany().HasForeignKey(s => s.PersonId);
    }
}

internal sealed class PasswordLinkConfiguration : IEntityTypeConfiguration<PasswordLink>
{
    public void Configure(EntityTypeBuilder<PasswordLink> builder)
    {
        builder.ToTable("password_links");
        builder.HasIndex(l => l.Digest).IsUnique();
        builder.HasOne<Person>().WithMany().HasForeignKey(l => l.PersonId);
    }
}

internal sealed class SessionTokenConfiguration : IEntityTypeConfiguration<SessionToken>
{
    public void Configure(EntityTypeBuilder<SessionToken> builder)
    {
        builder.ToTable("session_tokens");
        builder.HasIndex(t => t.Digest).IsUnique();
        builder.HasOne<Session>().WithMany().HasForeignKey(t => t.SessionId);
    }
}

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("api_keys");
        builder.HasIndex(k => k.ClientUuid).IsUnique();
        builder.HasIndex(k => k.Digest).IsUnique();
    }
}

internal sealed class AlertConfiguration : IEntityTypeConfiguration<Alert>
{
    public void Configure(EntityTypeBuilder<Alert> builder)
    {
        builder.ToTable("alerts");
        builder.HasIndex(a => a.ClientUuid).IsUnique();
        builder.HasIndex(a => a.CauseKey).IsUnique().HasFilter("ended_at IS NULL");
        builder.HasIndex(a => a.EndedAt);
    }
}

internal sealed class AlertDeliveryConfiguration : IEntityTypeConfiguration<AlertDelivery>
{
    public void Configure(EntityTypeBuilder<AlertDelivery> builder)
    {
        builder.ToTable("alert_deliveries");
        builder.HasIndex(d => new { d.AlertId, d.Channel }).IsUnique();
        builder.HasIndex(d => d.NextAttemptAt).HasFilter("sent_at IS NULL AND given_up_at IS NULL");
        builder.HasOne<Alert>().WithMany().HasForeignKey(d => d.AlertId);
    }
}

internal sealed class WebhookConfiguration : IEntityTypeConfiguration<Webhook>
{
    public void Configure(EntityTypeBuilder<Webhook> builder)
    {
        builder.ToTable("webhooks");
        builder.HasIndex(w => w.ClientUuid).IsUnique();
    }
}

internal sealed class WebhookDeliveryConfiguration : IEntityTypeConfiguration<WebhookDelivery>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.ToTable("webhook_deliveries");
        builder.HasIndex(d => d.ClientUuid).IsUnique();
        builder.HasIndex(d => new { d.WebhookId, d.Id });
        builder.HasIndex(d => d.NextAttemptAt).HasFilter("sent_at IS NULL AND given_up_at IS NULL");
        builder.HasIndex(d => d.MadeAt);
        builder.HasOne<Webhook>().WithMany().HasForeignKey(d => d.WebhookId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class ToldIncidentConfiguration : IEntityTypeConfiguration<ToldIncident>
{
    public void Configure(EntityTypeBuilder<ToldIncident> builder)
    {
        builder.ToTable("told_incidents");
        builder.HasKey(t => t.IncidentUuid);
        builder.Property(t => t.IncidentUuid).ValueGeneratedNever();
    }
}

internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable("audit_entries");
        builder.HasIndex(e => e.ClientUuid).IsUnique();
        builder.HasIndex(e => e.At);
        builder.HasIndex(e => new { e.SubjectUuid, e.Id });
        builder.HasIndex(e => new { e.ActorUuid, e.Id });
    }
}

internal sealed class PhoneConfiguration : IEntityTypeConfiguration<Phone>
{
    public void Configure(EntityTypeBuilder<Phone> builder)
    {
        builder.ToTable("phones");
        builder.HasIndex(p => p.ClientUuid).IsUnique();
    }
}

internal sealed class OwnCertificateConfiguration : IEntityTypeConfiguration<OwnCertificateRow>
{
    public void Configure(EntityTypeBuilder<OwnCertificateRow> builder) => builder.ToTable("own_certificates");
}

internal sealed class LoginFailureConfiguration : IEntityTypeConfiguration<LoginFailure>
{
    public void Configure(EntityTypeBuilder<LoginFailure> builder)
    {
        builder.ToTable("login_failures");
        builder.HasIndex(f => new { f.Address, f.At });
        builder.HasIndex(f => f.At);
    }
}

internal sealed class DataProtectionKeyConfiguration : IEntityTypeConfiguration<DataProtectionKey>
{
    public void Configure(EntityTypeBuilder<DataProtectionKey> builder) => builder.ToTable("data_protection_keys");
}
