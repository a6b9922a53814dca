using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Incidents.Features.Reporting;
using Npgsql;

namespace ModularRace.Dedup.Tests.Features;

/// <summary>
/// The rule's cost must not grow with its tables: how the server answers each of its queries, over fifty thousand incidents, is
/// kept in <c>Plans/</c>, so that an index that was lost is seen in review. <c>MODULARRACE_ACCEPT_PLANS=1</c> writes them anew.
/// </summary>
public sealed class QueryPlansTests(PlannedCloud cloud) : IClassFixture<PlannedCloud>
{
    private const int PlansAreOfVersion = 15;
    private static readonly string Kept = Checkout.PathOf("tests", "ModularRace.Dedup.Tests", "Features", "Plans", "regrouping.txt");

    [Fact]
    public async Task Each_query_of_the_rule_goes_by_an_index_as_it_is_kept()
    {
        var many = new ManyIncidents(cloud.Database, 47_000);
        await many.FillAsync();
        // One in a group of two, and another within two minutes: every query of the rule is asked.
        var near = many.Place(12_000);
        await cloud.Send(new ReportIncident(near.Race, near.Place, near.Bib, OccurredAt: near.At.AddSeconds(90)));
        cloud.Plans.Clear();
        cloud.Heard.Clear();
        var tap = await cloud.Send(new ReportIncident(near.Race, near.Place, near.Bib, OccurredAt: near.At.AddSeconds(12)));
        Assert.True(tap.Answer.Matched);

        var plans = string.Join("\n", cloud.Plans);
        Assert.True(cloud.Plans.Count > 15, $"Only {cloud.Plans.Count} queries were heard");
        // Whatever the server's version: no table is read from one end to the other.
        Assert.DoesNotContain("Seq Scan", plans, StringComparison.Ordinal);

        if ((await cloud.Database.QueryAsync<int>("SELECT current_setting('server_version_num')::int / 10000")).Single() != PlansAreOfVersion) return;
        if (Environment.GetEnvironmentVariable("MODULARRACE_ACCEPT_PLANS") is not null) await File.WriteAllTextAsync(Kept, plans);
        Assert.Equal(await File.ReadAllTextAsync(Kept), plans);
    }
}

/// <summary>The cloud's modules; of each query of the duplicate rule the server is asked how it would answer it, just before it does.</summary>
public sealed partial class PlannedCloud : CloudModules, IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private readonly List<IDisposable> listening = [];
    private bool inTheRule;

    /// <summary>The query and its plan, in the order in which they were first asked.</summary>
    internal List<string> Plans { get; } = [];

    internal HashSet<string> Heard { get; } = new(StringComparer.Ordinal);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        listening.Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var one in listening) one.Dispose();
        await base.DisposeAsync();
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.EntityFrameworkCore") listening.Add(value.Subscribe(this));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is not CommandEventData asked || value.Key != RelationalEventId.CommandExecuting.Name) return;
        // Other tests run beside this one, on databases of their own.
        if (!inTheRule || asked.Command is not NpgsqlCommand command || command.Connection?.Database != Database.Name) return;
        // Of several that go at once the first: the others would not be explained, but run.
        var text = command.CommandText.Split(';')[0].Trim();
        if (!text.Contains("dedup.", StringComparison.Ordinal) && !text.Contains("incidents.", StringComparison.Ordinal)) return;
        if (!Heard.Add(text)) return;
        using var explain = new NpgsqlCommand($"EXPLAIN (COSTS OFF) {text}", command.Connection, command.Transaction);
        foreach (NpgsqlParameter parameter in command.Parameters) explain.Parameters.Add(parameter.Clone());
        var plan = new StringBuilder($"{text}\n");
        using var reader = explain.ExecuteReader();
        while (reader.Read()) plan.Append("    ").Append(Values().Replace(reader.GetString(0), "?")).Append('\n');
        Plans.Add(plan.ToString());
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    protected override void Configure(IServiceCollection services) => AroundTheRule.Listen(services, () => inTheRule = true, () => inTheRule = false);

    [GeneratedRegex(@"'(\{[^']*\}|[0-9]+|[0-9a-f-]{36}|[0-9-]{10} [0-9:.+]+|\\x[0-9a-f]+)'", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Values();
}
