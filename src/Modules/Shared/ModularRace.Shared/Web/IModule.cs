using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ModularRace.Shared.Web;

/// <summary>A module as the host sees it: its one public class. It is told its role when it is made, and never asks for the mode.</summary>
public interface IModule
{
    void Add(IServiceCollection services, IConfiguration configuration);

    /// <summary>Adds the module's routes under <paramref name="api"/> (<c>/api/v1</c>), each with its policy.</summary>
    void Map(IEndpointRouteBuilder api);
}
