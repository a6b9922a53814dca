using ModularRace.Shared.Access;
using static ModularRace.Shared.Web.DeskWords;

namespace ModularRace.Host.Features.Shared;

/// <summary>Roles as the desk calls them.</summary>
internal static class RoleWords
{
    public static string Of(string? role) => role switch
    {
        Roles.Admin => Say("Admin"),
        Roles.JuryPresident => Say("Jury president"),
        Roles.VarOperator => Say("VAR operator"),
        Roles.Referee => Say("Referee"),
        Roles.Viewer => Say("Viewer"),
        _ => "",
    };

    /// <summary>What it may.</summary>
    public static string May(string? role) => role switch
    {
        Roles.Admin => Say("Everything: competitions, start lists, Pis. On every competition also people."),
        Roles.JuryPresident => Say("Makes incidents official, decides, reopens, settles conflicts."),
        Roles.VarOperator => Say("Reports, adds clips, merges what is the same."),
        Roles.Referee => Say("Reports, and edits own reports."),
        Roles.Viewer => Say("Sees official incidents and decisions only."),
        _ => "",
    };
}
