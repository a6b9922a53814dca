using ModularRace.Host.Identity;

namespace ModularRace.Host.Features.Audit;

/// <summary>Those whom entries are about.</summary>
internal static class About
{
    public static AuditSubject Of(Person person) => new(AuditSubjects.Person, person.Id, person.Name);

    public static AuditSubject Of(ApiKey key) => new(AuditSubjects.Key, key.ClientUuid, key.Name);

    public static AuditSubject Of(Webhook webhook) => new(AuditSubjects.Webhook, webhook.ClientUuid, webhook.Name);
}
