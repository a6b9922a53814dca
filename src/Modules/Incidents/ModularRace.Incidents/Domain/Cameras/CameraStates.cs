namespace ModularRace.Incidents.Domain.Cameras;

/// <summary>How it stands with the camera of a location, as the screen is told.</summary>
internal static class CameraStates
{
    /// <summary>The location has none, or nobody asked for it.</summary>
    public const string None = "none";

    /// <summary>It was just asked for.</summary>
    public const string Starting = "starting";

    /// <summary>Its last minute is being kept.</summary>
    public const string Running = "running";

    /// <summary>It does not answer, or broke off; it is tried again.</summary>
    public const string NoAnswer = "no_answer";

    /// <summary>It does not take the name and password. Not tried again by itself: cameras lock out who tries.</summary>
    public const string Refused = "refused";

    /// <summary>It gives something that is no H.264. Not tried again by itself.</summary>
    public const string NotH264 = "not_h264";

    /// <summary>Too little of the disk is free.</summary>
    public const string NoRoom = "no_room";

    /// <summary>ffmpeg is not there, or off.</summary>
    public const string NoProgram = "no_program";

    /// <summary>This Pi films elsewhere with as many as it may.</summary>
    public const string TooMany = "too_many";

    public static readonly IReadOnlyList<string> All = [None, Starting, Running, NoAnswer, Refused, NotH264, NoRoom, NoProgram, TooMany];

    /// <summary>Trying the same again would not help.</summary>
    public static bool IsFinal(string state) => state is Refused or NotH264 or NoProgram;
}
