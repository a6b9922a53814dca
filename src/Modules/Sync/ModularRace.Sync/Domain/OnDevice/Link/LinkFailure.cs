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

    /// <summary>The certificate does not hold, or this Pi's clock is so wrong that it seems so.</summary>
    Tls,

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
internal sealed class LinkFailure(LinkFault fault, Exception? inner = null) : Exception(Words(fault), inner)
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
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case LinkFailure known: return known;
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

    private static string Words(LinkFault fault) => fault switch
    {
        LinkFault.NoNetwork => "No network: the server cannot be found from here.",
        LinkFault.Refused => "The server does not answer at its address.",
        LinkFault.SignInPage => "A sign-in page answers instead of the server: sign in to this network first.",
        LinkFault.Tls => "No secure connection: the server's certificate does not hold, or this Pi's clock is wrong.",
        LinkFault.Hung => "The server did not answer in time.",
        LinkFault.WrongServer => "Another server answers at this address.",
        LinkFault.Incompatible => "The server runs a version that this Pi does not understand.",
        LinkFault.Unknown => "The server does not know this Pi any more: pair it again.",
        LinkFault.Revoked => "This Pi was revoked on the server.",
        _ => "The server has trouble of its own.",
    };
}
