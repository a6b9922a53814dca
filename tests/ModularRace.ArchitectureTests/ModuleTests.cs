using System.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModularRace.Shared.Web;

namespace ModularRace.ArchitectureTests;

/// <summary>What a module may know of another, and what it shows of itself.</summary>
public sealed class ModuleTests
{
    [Fact]
    public void Every_module_has_a_place_in_the_order() => Assert.Equal(House.Order.Order(StringComparer.Ordinal), House.Modules);

    [Fact]
    public void Every_module_is_two_projects() =>
        Assert.All(House.Modules, m => Assert.Equal(
            [$"ModularRace.{m}", $"ModularRace.{m}.Contracts"],
            House.Projects.Select(p => p.Name).Where(n => n.Split('.')[1] == m).Order(StringComparer.Ordinal)));

    [Fact]
    public void No_module_refers_to_anothers_implementation_or_to_a_later_module() =>
        Violations.None(House.Projects.Where(p => p.Name != "ModularRace.Shared").SelectMany(p => Rules.References(p.Name, p.References)));

    [Fact]
    public void What_is_compiled_refers_no_further_than_the_projects_say() =>
        Violations.None(House.Modules.SelectMany(m => new[] { House.Implementation(m), House.Contracts(m) })
            .SelectMany(a => Rules.References(a.GetName().Name!, a.GetReferencedAssemblies().Select(r => r.Name!))));

    [Fact]
    public void Shared_knows_no_module() =>
        Assert.DoesNotContain(House.Projects.Single(p => p.Name == "ModularRace.Shared").References, r => r.StartsWith("ModularRace.", StringComparison.Ordinal));

    [Theory]
    [InlineData("ModularRace.Incidents", "ModularRace.Competitions")]
    [InlineData("ModularRace.Incidents", "ModularRace.Dedup.Contracts")]
    [InlineData("ModularRace.Sync", "ModularRace.Dedup")]
    [InlineData("ModularRace.Sync.Contracts", "ModularRace.Incidents.Contracts")]
    [InlineData("ModularRace.Dedup.Contracts", "ModularRace.Dedup")]
    [InlineData("ModularRace.Dedup", "ModularRace.Host")]
    public void A_planted_reference_is_found(string project, string reference) => Assert.Single(Rules.References(project, [reference]));

    [Theory]
    [InlineData("ModularRace.Incidents", "ModularRace.Competitions.Contracts")]
    [InlineData("ModularRace.Incidents", "ModularRace.Incidents.Contracts")]
    [InlineData("ModularRace.Dedup", "ModularRace.Shared")]
    [InlineData("ModularRace.Dedup", "Npgsql")]
    public void A_reference_in_order_is_none(string project, string reference) => Violations.None(Rules.References(project, [reference]));

    [Fact]
    public void A_module_shows_its_registration_class_alone() =>
        Violations.None(House.Modules.SelectMany(m => Rules.PublicTypes(House.Implementation(m).GetTypes())));

    [Fact]
    public void A_planted_public_type_is_found() =>
        Assert.Equal([$"{typeof(Planted.PublicHandler).FullName} is public"], Rules.PublicTypes([typeof(Planted.PublicHandler), typeof(Planted.PlantedModule), typeof(Planted.PlantedRole)]));
}

/// <summary>Violations for the rules to find.</summary>
public static class Planted
{
    public enum PlantedRole
    {
        Any,
    }

    public sealed class PlantedModule(PlantedRole role) : IModule
    {
        public PlantedRole Role { get; } = role;

        public void Add(IServiceCollection services, IConfiguration configuration)
        {
        }

        public void Map(IEndpointRouteBuilder api)
        {
        }
    }

    public sealed class PublicHandler;
}
