using FluentValidation;
using MediatR;
using ModularRace.Shared.Json;
using ModularRace.Shared.Problems;

namespace ModularRace.Shared.Messaging;

/// <summary>First in the pipeline: a message that its validators refuse reaches no handler and opens no transaction.</summary>
internal sealed class ValidationBehaviour<TRequest, TResult>(IEnumerable<IValidator<TRequest>> validators) : IPipelineBehavior<TRequest, TResult>
    where TRequest : IRequest<TResult>
{
    public async Task<TResult> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResult> next)
    {
        Dictionary<string, string[]>? errors = null;
        foreach (var validator in validators)
        {
            var result = await validator.ValidateAsync(request, cancellationToken);
            if (result.IsValid) continue;
            errors ??= new Dictionary<string, string[]>(StringComparer.Ordinal);
            foreach (var field in result.Errors.GroupBy(e => SnakeCase.Path(e.PropertyName), StringComparer.Ordinal))
                errors[field.Key] = [.. errors.GetValueOrDefault(field.Key, []), .. field.Select(e => e.ErrorMessage)];
        }

        return errors is null ? await next() : throw Problem.Validation(errors);
    }
}
