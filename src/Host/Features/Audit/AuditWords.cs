using Microsoft.AspNetCore.Html;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Host.Features.Audit;

/// <summary>What was done, as the desk says it.</summary>
internal static class AuditWords
{
    /// <summary>As it is chosen from the list of all that can be done.</summary>
    public static string Of(string action) => action switch
    {
        AuditActions.SignedIn => Say("Signed in||in the audit trail"),
        AuditActions.SignInFailed => Say("Could not sign in||in the audit trail"),
        AuditActions.SignedOut => Say("Signed out||in the audit trail"),
        AuditActions.TokenReused => Say("Showed a refresh token twice: its session ended||in the audit trail"),
        AuditActions.SessionEnded => Say("Ended one of the own sessions||in the audit trail"),
        AuditActions.SessionsEnded => Say("Ended the sessions of||in the audit trail"),
        AuditActions.PersonMade => Say("Added||in the audit trail"),
        AuditActions.PersonChanged => Say("Changed||in the audit trail"),
        AuditActions.PersonDisabled => Say("Disabled||in the audit trail"),
        AuditActions.PersonEnabled => Say("Enabled||in the audit trail"),
        AuditActions.PasswordLinkMade => Say("Made a password link for||in the audit trail"),
        AuditActions.PasswordChosen => Say("Chose a password by a link||in the audit trail"),
        AuditActions.PasswordChanged => Say("Changed the own password||in the audit trail"),
        AuditActions.KeyMade => Say("Made the API key||in the audit trail"),
        AuditActions.KeyRevoked => Say("Revoked the API key||in the audit trail"),
        AuditActions.WebhookMade => Say("Added the webhook||in the audit trail"),
        AuditActions.WebhookChanged => Say("Changed the webhook||in the audit trail"),
        AuditActions.WebhookSecretChanged => Say("Made another secret for the webhook||in the audit trail"),
        AuditActions.WebhookDeleted => Say("Deleted the webhook||in the audit trail"),
        AuditActions.DeviceCodeMade => Say("Made a pairing code for||in the audit trail"),
        AuditActions.DevicePaired => Say("Was paired||in the audit trail"),
        AuditActions.DeviceChanged => Say("Changed the Pi||in the audit trail"),
        AuditActions.DeviceRevoked => Say("Revoked the Pi||in the audit trail"),
        AuditActions.NamesErased => Say("Erased names in||in the audit trail"),
        AuditActions.ClipRuleSet => Say("Set how long clips stay of||in the audit trail"),
        AuditActions.ClipsRemoved => Say("Removed clips by the rule of||in the audit trail"),
        AuditActions.ClipHoldSet => Say("Put a hold on clips of||in the audit trail"),
        AuditActions.ClipHoldLifted => Say("Lifted a hold on clips of||in the audit trail"),
        _ => action,
    };

    /// <summary>Who did it, and to whom: languages order that differently.</summary>
    /// <param name="action">Of <see cref="AuditActions"/>; one that this version does not know is shown as it is.</param>
    /// <param name="who">Who did it.</param>
    /// <param name="whom">To whom or what; null: to oneself, or to nobody known.</param>
    public static IHtmlContent Sentence(string action, string who, IHtmlContent? whom) => action switch
    {
        AuditActions.SignedIn => Mark("<b>{0}</b> signed in", who),
        AuditActions.SignInFailed => whom is null ? Mark("<b>{0}</b> could not sign in", who) : Mark("<b>{0}</b> could not sign in {1}", who, whom),
        AuditActions.SignedOut => Mark("<b>{0}</b> signed out", who),
        AuditActions.TokenReused => Mark("<b>{0}</b> showed a refresh token twice: its session ended", who),
        AuditActions.SessionEnded => Mark("<b>{0}</b> ended one of the own sessions", who),
        AuditActions.SessionsEnded => whom is null ? Mark("<b>{0}</b> ended their own sessions", who) : Mark("<b>{0}</b> ended the sessions of {1}", who, whom),
        AuditActions.PersonMade => Mark("<b>{0}</b> added {1}", who, Whom(whom)),
        AuditActions.PersonChanged => whom is null ? Mark("<b>{0}</b> changed||oneself", who) : Mark("<b>{0}</b> changed {1}", who, whom),
        AuditActions.PersonDisabled => Mark("<b>{0}</b> disabled {1}", who, Whom(whom)),
        AuditActions.PersonEnabled => Mark("<b>{0}</b> enabled {1}", who, Whom(whom)),
        AuditActions.PasswordLinkMade => whom is null ? Mark("<b>{0}</b> made a password link for||oneself", who) : Mark("<b>{0}</b> made a password link for {1}", who, whom),
        AuditActions.PasswordChosen => Mark("<b>{0}</b> chose a password by a link", who),
        AuditActions.PasswordChanged => Mark("<b>{0}</b> changed the own password", who),
        AuditActions.KeyMade => Mark("<b>{0}</b> made the API key {1}", who, Whom(whom)),
        AuditActions.KeyRevoked => Mark("<b>{0}</b> revoked the API key {1}", who, Whom(whom)),
        AuditActions.WebhookMade => Mark("<b>{0}</b> added the webhook {1}", who, Whom(whom)),
        AuditActions.WebhookChanged => Mark("<b>{0}</b> changed the webhook {1}", who, Whom(whom)),
        AuditActions.WebhookSecretChanged => Mark("<b>{0}</b> made another secret for the webhook {1}", who, Whom(whom)),
        AuditActions.WebhookDeleted => Mark("<b>{0}</b> deleted the webhook {1}", who, Whom(whom)),
        AuditActions.DeviceCodeMade => Mark("<b>{0}</b> made a pairing code for {1}", who, Whom(whom)),
        AuditActions.DevicePaired => Mark("{0} was paired", Whom(whom)),
        AuditActions.DeviceChanged => Mark("<b>{0}</b> changed the Pi {1}", who, Whom(whom)),
        AuditActions.DeviceRevoked => Mark("<b>{0}</b> revoked the Pi {1}", who, Whom(whom)),
        AuditActions.NamesErased => Mark("<b>{0}</b> erased names in {1}", who, Whom(whom)),
        AuditActions.ClipRuleSet => Mark("<b>{0}</b> set how long clips stay of {1}", who, Whom(whom)),
        AuditActions.ClipsRemoved => Mark("<b>{0}</b> removed clips by the rule of {1}", who, Whom(whom)),
        AuditActions.ClipHoldSet => Mark("<b>{0}</b> put a hold on clips of {1}", who, Whom(whom)),
        AuditActions.ClipHoldLifted => Mark("<b>{0}</b> lifted a hold on clips of {1}", who, Whom(whom)),
        _ => new HtmlContentBuilder().AppendHtml("<b>").Append(who).AppendHtml("</b> ").Append(action).AppendHtml(Whom(whom)),
    };

    private static IHtmlContent Whom(IHtmlContent? whom) => whom ?? HtmlString.Empty;
}
