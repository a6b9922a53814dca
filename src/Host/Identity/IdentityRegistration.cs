using MediatR;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using ModularRace.Host.Features.ApiKeys;
using ModularRace.Host.Features.Audit;
using ModularRace.Host.Features.Events;
using ModularRace.Host.Features.FirstAdmin;
using ModularRace.Host.Features.People;
using ModularRace.Host.Features.People.PasswordLinks;
using ModularRace.Host.Features.Phones;
using ModularRace.Host.Features.SigningIn;
using ModularRace.Host.Features.Webhooks;
using ModularRace.Host.Features.Wifi;
using ModularRace.Shared;
using ModularRace.Shared.Messaging;
using ModularRace.Shared.Persistence;

namespace ModularRace.Host.Identity;

internal static class IdentityRegistration
{
    public static void AddIdentity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddModuleDatabase<IdentityDbContext>(IdentityDbContext.SchemaName, options => new IdentityDbContext(options));
        services.AddHandlersFrom(typeof(IdentityRegistration).Assembly);
        services.AddScoped<PasswordGate>();
        services.AddSingleton<LiveFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveFeed>());
        services.AddScoped<PasswordLinkTeller>();
        services.AddScoped<AuditTrail>();
        services.AddSingleton<INmcli>(_ => new Nmcli());
        services.AddSingleton<WifiNetworks>();

        // Long passwords rather than odd ones. Who chooses a shorter one is told: Passwords must be at least 8 characters.
        services.AddScoped<IUserStore<Person>, UserOnlyStore<Person, IdentityDbContext, Guid>>();
        services.AddIdentityCore<Person>(options =>
        {
            options.User.RequireUniqueEmail = true;
            options.User.AllowedUserNameCharacters = string.Empty;
            options.Password = new PasswordOptions
            {
                RequiredLength = 8, RequiredUniqueChars = 1, RequireDigit = false, RequireLowercase = false, RequireNonAlphanumeric = false, RequireUppercase = false,
            };
        });

        services.AddDataProtection().SetApplicationName("ModularRace");
        services.AddSingleton<KeyRing>();
        services.AddOptions<KeyManagementOptions>().Configure<KeyRing>((options, keys) => options.XmlRepository = keys);
    }

    public static void MapIdentity(this IEndpointRouteBuilder api, SystemMode mode)
    {
        api.MapSigningIn();
        api.MapApiKeys();
        api.MapEvents();
        if (mode == SystemMode.Cloud)
        {
            api.MapPeople();
            api.MapWebhooks();
            api.MapAudit();
            return;
        }

        api.MapPhones();
        api.MapWifi();
    }

    /// <summary>Makes the first admin from <c>Admin__Email</c> and <c>Admin__Password</c>, where nobody is admin of everything.</summary>
    public static async Task MakeFirstAdminAsync(this WebApplication app)
    {
        var (email, password) = (app.Configuration["Admin:Email"], app.Configuration["Admin:Password"]);
        if (string.IsNullOrWhiteSpace(email) || string.IsNullOrEmpty(password)) return;
        await using var scope = app.Services.CreateAsyncScope();
        var faults = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new MakeFirstAdmin(email.Trim(), password));
        if (faults.Count > 0) throw new StartFailure($"the first admin cannot be made: {string.Join(" ", faults)}");
    }
}
