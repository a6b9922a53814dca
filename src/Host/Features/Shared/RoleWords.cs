using ModularRace.Shared.Access;

namespace ModularRace.Host.Features.Shared;

/// <summary>Roles as the desk calls them.</summary>
internal static class RoleWords
{
    public static string Of(string? role) => role switch
    {
        Roles.Admin => "Admin",
        Roles.JuryPresident => "Jury president",
        Roles.VarOperator => "VAR operator",
        Roles.Referee => "Referee",
        Roles.Viewer => "Viewer",
        _ => "",
    };

    /// <summary>What it may.</summary>
    public static string May(string? role) => role switch
    {
        Roles.Admin => "Everything: competitions, start lists, Pis. On every competition also people.",
        Roles.JuryPresident => "Makes incidents official, decides, reopens, settles conflicts.",
        Roles.VarOperator => "Reports, adds clips, merges what is the same.",
        Roles.Referee => "Reports, and edits own reports.",
        Roles.Viewer => "Sees official incidents and decisions only.",
        _ => "",
    };
}
