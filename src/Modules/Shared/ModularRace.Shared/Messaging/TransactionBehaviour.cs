using MediatR;
using ModularRace.Shared.Persistence;

namespace ModularRace.Shared.Messaging;

/// <summary>
/// Second in the pipeline, for commands only (the container skips it for queries): the outermost command opens the
/// transaction that every module's DbContext in the scope joins; a command sent by another joins what is open.
/// </summary>
internal sealed class TransactionBehaviour<TRequest, TResult>(DatabaseSession session) : IPipelineBehavior<TRequest, TResult>
    where TRequest : ICommand<TResult>
{
    public Task<TResult> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResult> next) =>
        session.InTransaction
            ? next()
            : session.TransactAsync(() => next(), cancellationToken);
}
