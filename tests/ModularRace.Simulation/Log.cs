using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ModularRace.Simulation;

/// <summary>What the hosts wrote last, to be shown with a seed that fails.</summary>
internal static class Log
{
    private const int Kept = 60;
    private static readonly ConcurrentQueue<string> Lines = new();

    public static readonly ILoggerFactory Factory = LoggerFactory.Create(logging => logging.AddProvider(new Provider()).SetMinimumLevel(LogLevel.Warning));

    public static IReadOnlyList<string> Last => [.. Lines];

    public static void Clear() => Lines.Clear();

    private sealed class Provider : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Logger(categoryName);

        public void Dispose()
        {
        }
    }

    private sealed class Logger(string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && (category.StartsWith("ModularRace", StringComparison.Ordinal) || logLevel >= LogLevel.Error);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            Lines.Enqueue($"{logLevel} {category[(category.LastIndexOf('.') + 1)..]}: {formatter(state, exception)}{(exception is null ? "" : "\n" + exception)}");
            while (Lines.Count > Kept) Lines.TryDequeue(out _);
        }
    }
}
