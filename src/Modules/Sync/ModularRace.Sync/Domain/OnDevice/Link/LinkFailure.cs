using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using ModularRace.Shared.Problems;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace ModularRace.Sync.Domain.OnDevice.Link;

/// <summary>Why a contact with the cloud failed.</summary>
internal enum LinkFault
{
    /// <summary>No way to the server: no network, no name, no route.</summary>
    NoNetwork,

    /// <summary>The machine is there, the server is not.</summary>
    Refused,

    /// <summary>Something else answers, as a hotel's network does until one signs in.</summary>
    SignInPage,

    /// <summary>No secure connection: the certificate does not hold, or there is none.</summary>
    Tls,

    /// <summary>The certificate holds but for its time, and this Pi's clock is to be believed.</summary>
    CertificateExpired,

    /// <summary>The certificate holds but for its time, and this Pi's clock is not to be believed.</summary>
    WrongClock,

    /// <summary>No answer in time, or it broke off.</summary>
    Hung,

    /// <summary>A server, but not ModularRace.</summary>
    WrongServer,

    /// <summary>ModularRace, but it speaks no version that this Pi does.</summary>
    Incompatible,

    /// <summary>The cloud does not know this device or its token any more.</summary>
    Unknown,

    /// <summary>The cloud has revoked this device.</summary>
    Revoked,

    /// <summary>The cloud is there and has trouble of its own.</summary>
    ServerTrouble,
}

/// <summary>A contact failed. The message is for a referee.</summary>
/// <param name="fault">What went wrong.</param>
/// <param name="inner">What went wrong below.</param>
/// <param name="at">The time by which a certificate was judged.</param>
internal sealed class LinkFailure(LinkFault fault, Exception? inner = null, DateTimeOffset? at = null) : Exception(Words(fault, at), inner)
{
    public LinkFault Fault { get; } = fault;

    /// <summary>Nothing of ModularRace answered: the queue is left alone (R11).</summary>
    public bool Offline => Fault is not (LinkFault.Incompatible or LinkFault.Unknown or LinkFault.Revoked);

    public Problem ToProblem() => Fault switch
    {
        LinkFault.Incompatible => new Problem(502, "server_incompatible", Message),
        LinkFault.Unknown => new Problem(409, "device_unknown", Message),
        LinkFault.Revoked => new Problem(409, "device_revoked", Message),
        _ => new Problem(503, "server_unreachable", Message),
    };

    /// <summary>What went wrong below, told apart as a person would.</summary>
    public static LinkFailure From(Exception exception)
    {
        // What was told apart below says more than what was made of it above.
        for (var e = exception; e is not null; e = e.InnerException)
            if (e is LinkFailure known)
                return known;
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case AuthenticationException: return new LinkFailure(LinkFault.Tls, exception);
                case TimeoutRejectedException or TimeoutException or OperationCanceledException: return new LinkFailure(LinkFault.Hung, exception);
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }: return new LinkFailure(LinkFault.Refused, exception);
                case SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown }:
                    return new LinkFailure(LinkFault.Hung, exception);
                case SocketException: return new LinkFailure(LinkFault.NoNetwork, exception);
                case BrokenCircuitException { InnerException: null }: return new LinkFailure(LinkFault.Hung, exception);
                case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }: return new LinkFailure(LinkFault.NoNetwork, exception);
                case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }: return new LinkFailure(LinkFault.Tls, exception);
            }
        }

        return new LinkFailure(LinkFault.Hung, exception);
    }

    private static string Words(LinkFault fault, DateTimeOffset? at) => fault switch
    {
        LinkFault.NoNetwork => "No network: the server cannot be found from here.",
        LinkFault.Refused => "The server does not answer at its address.",
        LinkFault.SignInPage => "A sign-in page answers instead of the server: sign in to this network first.",
        LinkFault.Tls => "No secure connection: what answers cannot prove that it is the server. Perhaps this network asks to sign in first.",
        LinkFault.CertificateExpired => string.Create(CultureInfo.InvariantCulture, $"The server's certificate is not valid on {at:yyyy-MM-dd}, this Pi's date: it has to be renewed on the server."),
        LinkFault.WrongClock => string.Create(CultureInfo.InvariantCulture, $"This Pi's clock is wrong: it says {at:yyyy-MM-dd}. Set its date, then the server can be reached."),
        LinkFault.Hung => "The server did not answer in time.",
        LinkFault.WrongServer => "Another server answers at this address.",
        LinkFault.Incompatible => "The server runs a version that this Pi does not understand.",
        LinkFault.Unknown => "The server does not know this Pi any more: pair it again.",
        LinkFault.Revoked => "This Pi was revoked on the server.",
        _ => "The server has trouble of its own.",
    };
}
