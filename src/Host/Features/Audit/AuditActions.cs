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

    /// <summary>As a sentence goes on after who did it.</summary>
    public static readonly IReadOnlyDictionary<string, string> Words = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [SignedIn] = "signed in",
        [SignInFailed] = "could not sign in",
        [SignedOut] = "signed out",
        [TokenReused] = "showed a refresh token twice: its session ended",
        [SessionEnded] = "ended one of the own sessions",
        [SessionsEnded] = "ended the sessions of",
        [PersonMade] = "added",
        [PersonChanged] = "changed",
        [PersonDisabled] = "disabled",
        [PersonEnabled] = "enabled",
        [PasswordLinkMade] = "made a password link for",
        [PasswordChosen] = "chose a password by a link",
        [PasswordChanged] = "changed the own password",
        [KeyMade] = "made the API key",
        [KeyRevoked] = "revoked the API key",
        [WebhookMade] = "added the webhook",
        [WebhookChanged] = "changed the webhook",
        [WebhookSecretChanged] = "made another secret for the webhook",
        [WebhookDeleted] = "deleted the webhook",
        [DeviceCodeMade] = "made a pairing code for",
        [DevicePaired] = "was paired",
        [DeviceChanged] = "changed the Pi",
        [DeviceRevoked] = "revoked the Pi",
        [NamesErased] = "erased names in",
        [ClipRuleSet] = "set how long clips stay of",
        [ClipsRemoved] = "removed clips by the rule of",
        [ClipHoldSet] = "put a hold on clips of",
        [ClipHoldLifted] = "lifted a hold on clips of",
    };
}

/// <summary>What an entry is about.</summary>
internal static class AuditSubjects
{
    public const string Person = "person", Key = "api_key", Webhook = "webhook", Device = "device", Competition = "competition";
}
