using System.Diagnostics;

namespace ModularRace.Sync.Tests;

/// <summary>Counts the statements that a piece of work sends to the database.</summary>
internal static class Statements
{
    private static readonly AsyncLocal<Count?> Ours = new();

    static Statements() => ActivitySource.AddActivityListener(new ActivityListener
    {
        ShouldListenTo = source => source.Name == "Npgsql",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => Ours.Value is null ? ActivitySamplingResult.None : ActivitySamplingResult.AllData,
        ActivityStarted = _ => Ours.Value?.Add(),
    });

    public static async Task<(T Result, int Statements)> CountAsync<T>(Func<Task<T>> work)
    {
        var count = new Count();
        Ours.Value = count;
        var result = await work();
        Ours.Value = null;
        return (result, count.Total);
    }

    private sealed class Count
    {
        private int total;

        public int Total => total;

        public void Add() => Interlocked.Increment(ref total);
    }
}
