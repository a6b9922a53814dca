namespace ModularRace.Host.Features.Audit;

/// <summary>What is written down, by its name on the wire.</summary>
internal static class AuditActions
{
    public const string SignedIn = "signed_in", SignInFailed = "sign_in_failed", SignedOut = "signed_out", TokenReused = "refresh_token_reused", SessionEnded = "session_ended", SessionsEnded = "sessions_ended",
        PersonMade = "person_made", PersonChanged = "person_changed", PersonDisabled = "person_disabled", PersonEnabled = "person_enabled",
        PasswordLinkMade = "password_link_made", PasswordChosen = "password_chosen", PasswordChanged = "password_changed",
        KeyMade = "key_made", KeyRevoked = "key_revoked",
        WebhookMade = "webhook_made", WebhookChanged = "webhook_changed", WebhookSecretChanged = "webhook_secret_changed", WebhookDeleted = "webhook_deleted",
        DeviceCodeMade = "device_code_made", DevicePaired = "device_paired", DeviceChanged = "device_changed", DeviceRevoked = "device_revoked",
        NamesErased = "names_erased",
        ClipRuleSet = "clip_rule_set", ClipsRemoved = "clips_removed", ClipHoldSet = "clip_hold_set", ClipHoldLifted = "clip_hold_lifted";

    /// <summary>As a page offers them to choose from.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        SignedIn, SignInFailed, SignedOut, TokenReused, SessionEnded, SessionsEnded, PersonMade, PersonChanged, PersonDisabled, PersonEnabled, PasswordLinkMade, PasswordChosen,
        PasswordChanged, KeyMade, KeyRevoked, WebhookMade, WebhookChanged, WebhookSecretChanged, WebhookDeleted, DeviceCodeMade, DevicePaired, DeviceChanged, DeviceRevoked,
        NamesErased, ClipRuleSet, ClipsRemoved, ClipHoldSet, ClipHoldLifted,
    ];
}

/// <summary>What an entry is about.</summary>
internal static class AuditSubjects
{
    public const string Person = "person", Key = "api_key", Webhook = "webhook", Device = "device", Competition = "competition";
}
