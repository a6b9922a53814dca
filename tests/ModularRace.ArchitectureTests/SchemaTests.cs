using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Shared.Persistence;
using Npgsql;

namespace ModularRace.ArchitectureTests;

/// <summary>Each module has a schema of its own, and reaches into no other.</summary>
public sealed class SchemaTests(InProcessCloud cloud) : IClassFixture<InProcessCloud>
{
    private IReadOnlyList<ModuleSchema> Schemas => [.. cloud.Services.GetServices<ModuleSchema>()];

    private NpgsqlDataSource Database => cloud.Services.GetRequiredService<NpgsqlDataSource>();

    [Fact]
    public void Each_module_and_the_host_have_a_schema() =>
        Assert.Equal(House.Modules.Select(m => m.ToLowerInvariant()).Append("identity").Order(StringComparer.Ordinal), Schemas.Select(s => s.Name).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Each_context_maps_its_own_schema()
    {
        await using var scope = cloud.Services.CreateAsyncScope();
        Violations.None(Schemas.SelectMany(s => Rules.MappedSchemas(s.Name, ((DbContext)scope.ServiceProvider.GetRequiredService(s.ContextType)).Model)));
    }

    [Fact]
    public void A_planted_table_of_another_schema_is_found()
    {
        using var context = new PlantedContext();
        Assert.Equal(["Mine is mapped to elsewhere, not to planted"], Rules.MappedSchemas("planted", context.Model));
    }

    [Fact]
    public async Task No_foreign_key_reaches_into_another_schema() => Violations.None(await Rules.ForeignKeysAcross(Database));

    [Fact]
    public async Task A_planted_foreign_key_is_found()
    {
        await using var database = await TestDatabase.EmptyAsync();
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await dataSource.ExecuteAsync("CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (id int PRIMARY KEY); CREATE TABLE b.u (id int CONSTRAINT planted REFERENCES a.t)");
        Assert.Equal(["b.u.planted -> a.t"], await Rules.ForeignKeysAcross(dataSource));
    }

    [Fact]
    public async Task No_table_lies_outside_the_schemas() =>
        Violations.None(await Database.QueryAsync<string>(
            """
            SELECT schemaname || '.' || tablename FROM pg_tables
            WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'quartz') AND NOT schemaname = ANY($1)
            """,
            new object?[] { Schemas.Select(s => s.Name).ToArray() }));

    [Fact]
    public async Task No_view_reads_across_schemas() =>
        Violations.None(await Database.QueryAsync<string>("SELECT DISTINCT view_schema || '.' || view_name FROM information_schema.view_table_usage WHERE view_schema <> table_schema AND table_schema NOT IN ('pg_catalog', 'information_schema') AND view_schema <> 'information_schema'"));

    [Fact]
    public void No_text_in_a_module_names_a_table_of_another() =>
        Violations.None(House.Modules.SelectMany(m => House.Files(Path.Combine(House.Source, "Modules", m))
            .SelectMany(f => Rules.SqlOfOthers(m.ToLowerInvariant(), [.. Schemas.Select(s => s.Name), "quartz"], f))));

    [Theory]
    [InlineData("var sql = \"SELECT 1 FROM incidents.reports\";")]
    [InlineData("var sql = \"SELECT 1 FROM \\\"incidents\\\".reports\";")]
    [InlineData("var sql = $\"SELECT {x} FROM incidents.reports WHERE {y}\";")]
    [InlineData("var sql = \"\"\"\n  SELECT 1\n  FROM Incidents.\"reports\"\n  \"\"\";")]
    public void A_planted_table_name_is_found(string source) =>
        Assert.Single(Rules.SqlOfOthers("sync", ["incidents", "sync"], new SourceFile("planted.cs", source)));

    [Theory]
    [InlineData("var sql = \"SELECT 1 FROM sync.devices\";")]
    [InlineData("// incidents.reports belongs to Incidents\nvar x = 1;")]
    [InlineData("throw Problem.Conflict(\"A place with incidents. It stays.\");")]
    public void What_names_no_table_of_another_passes(string source) =>
        Violations.None(Rules.SqlOfOthers("sync", ["incidents", "sync"], new SourceFile("fine.cs", source)));

    private sealed class PlantedContext : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseNpgsql("Host=nowhere");

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.HasDefaultSchema("planted");
            modelBuilder.Entity<Mine>().ToTable("mine", "elsewhere").HasKey(m => m.Id);
        }
    }

    private sealed class Mine
    {
        public long Id { get; set; }
    }
}
