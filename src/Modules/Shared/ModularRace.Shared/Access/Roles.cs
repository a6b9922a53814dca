namespace ModularRace.Shared.Access;

/// <summary>The contract's roles of people and API keys.</summary>
public static class Roles
{
    public const string Admin = "admin", JuryPresident = "jury_president", VarOperator = "var_operator", Referee = "referee", Viewer = "viewer";
    public static readonly IReadOnlyList<string> All = [Admin, JuryPresident, VarOperator, Referee, Viewer];
}

/// <summary>Names of the authorisation policies; the host says what each asks for. Every endpoint and page names one (R15).</summary>
public static class Policies
{
    /// <summary>Any person or API key, whatever the role.</summary>
    public const string SignedIn = "signed_in";

    /// <summary>Administration: competitions, devices, keys.</summary>
    public const string Admin = "admin";

    /// <summary>Reference data: an admin; on a Pi also the referee, in an emergency.</summary>
    public const string ReferenceData = "reference_data";

    /// <summary>Reporting and editing incidents: admin, jury president, VAR operator, referee.</summary>
    public const string Report = "report";

    /// <summary>Sending clips: whoever reports, and a paired device.</summary>
    public const string Clips = "clips";

    /// <summary>Officialise, decide, reopen, resolve: admin, jury president.</summary>
    public const string Jury = "jury";

    /// <summary>Merge, undo, suggestions: admin, jury president, VAR operator; on a Pi also its referee.</summary>
    public const string Merge = "merge";

    /// <summary>A paired device, by its token.</summary>
    public const string Device = "device";

    /// <summary>Its referee, at a Pi or on a phone that was let in there, or an admin: how the Pi stands, and Sync now.</summary>
    public const string PiReferee = "pi_referee";

    /// <summary>The person at a Pi, its referee or an admin: pairing, downloading, clearing. Not on a phone.</summary>
    public const string PiOperator = "pi_operator";
}
