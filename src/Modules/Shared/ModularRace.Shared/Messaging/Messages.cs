using MediatR;

namespace ModularRace.Shared.Messaging;

/// <summary>Changes something. Runs in the command pipeline: validation, one transaction, the handler.</summary>
public interface ICommand<out TResult> : IRequest<TResult>;

/// <summary>Reads and changes nothing. Validated, but given no transaction.</summary>
public interface IQuery<out TResult> : IRequest<TResult>;

/// <summary>What a message answers that has nothing to say: MediatR 12 treats void handlers apart, so no request here is void.</summary>
public readonly record struct Done;
