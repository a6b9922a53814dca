namespace ModularRace.ArchitectureTests;

public sealed class SchemaTests(CloudModules modules) : IClassFixture<CloudModules>
{
    [Fact]
    public async Task No_foreign_key_reaches_into_another_schema() =>
        Assert.Empty(await modules.Sql.QueryAsync<string>("SELECT conname::text FROM pg_constraint WHERE contype = 'f'"));
}
