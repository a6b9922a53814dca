using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using ModularRace.Host.Features.Phones;
using ModularRace.Host.Http;
using ModularRace.Shared;
using ModularRace.Shared.Access;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Time;
using Npgsql;

namespace ModularRace.Host.Starting;

/// <summary>What stands before the first request: addresses, the database, the clock. What is wrong with them is told in one line.</summary>
internal static class Startup
{
    private const int OldestPostgreSql = 15;

    private const string CloudAddress = "http://127.0.0.1:5080", PiAddress = "http://127.0.0.1:5081";

    /// <summary>
    /// What is read and written does not hang on the language of the machine: a form's 2026-02-08 is that day on a Pi set to
    /// Thai (where the year would be another) as on one set to German.
    /// </summary>
    public static void SpeakOneLanguage()
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
    }

    public static void AddAddresses(this WebApplicationBuilder builder, SystemMode mode)
    {
        var configuration = builder.Configuration;
        var chosen = configuration["urls"] ?? configuration["http_ports"] ?? configuration["https_ports"];
        if (string.IsNullOrEmpty(chosen) && !configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls(mode == SystemMode.Cloud ? CloudAddress : PiAddress);
        AddPhoneDoor(builder, PhoneDoor.Read(configuration, mode), chosen);
        builder.WebHost.UseStaticWebAssets();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(8));

        // A host that does not start says so once, in its last line; the framework would write the stack trace before it.
        var progress = new StartProgress();
        builder.Services.AddSingleton(progress);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => progress.Started && level >= LogLevel.Information);
    }

    /// <summary>Beside the addresses of its own: the phones' door, whose certificate lies in the database, which is not open yet.</summary>
    private static void AddPhoneDoor(WebApplicationBuilder builder, PhoneDoor door, string? addresses)
    {
        var certificate = new OwnCertificate();
        builder.Services.AddSingleton(door);
        builder.Services.AddSingleton(certificate);
        builder.Services.AddSingleton<PhoneInvitations>();
        if (door.Port is not { } port) return;
        builder.WebHost.UseUrls([.. (addresses ?? PiAddress).Split(';', StringSplitOptions.RemoveEmptyEntries), $"https://*:{port}"]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificateSelector = (_, _) => certificate.Current));
    }

    /// <summary>Where phones come in, what they are shown is made before the first comes.</summary>
    public static async Task PreparePhoneDoorAsync(this WebApplication app)
    {
        if (app.Services.GetRequiredService<PhoneDoor>().Port is not null)
            await app.Services.GetRequiredService<OwnCertificate>().LoadAsync(app.Services, app.Lifetime.ApplicationStopping);
    }

    private const int PreparedStatements = 200;

    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        var text = builder.Configuration.GetConnectionString("ModularRace");
        if (string.IsNullOrWhiteSpace(text)) throw new StartFailure("ConnectionStrings__ModularRace is not set.");
        NpgsqlDataSourceBuilder source;
        try
        {
            source = new NpgsqlDataSourceBuilder(text);
            source.ConnectionStringBuilder.ApplicationName ??= "ModularRace";
            // A tap asks some fifty short questions: planned anew each time, half of what the server does for it is planning.
            if (!source.ConnectionStringBuilder.ShouldSerialize("Max Auto Prepare")) source.ConnectionStringBuilder.MaxAutoPrepare = PreparedStatements;
        }
        catch (ArgumentException e)
        {
            throw new StartFailure($"ConnectionStrings__ModularRace cannot be read: {e.Message}");
        }

        builder.Services.AddSingleton(_ => source.Build());
    }

    /// <summary>The cloud's; on a Pi the Sync module puts its own in their place.</summary>
    public static void AddClockAndIdentity(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IRaceClock, CloudClock>();
        builder.Services.AddSingleton<ISystemIdentity, CloudIdentity>();
    }

    /// <summary>Waits for nobody: a database that is away or too old stops the start.</summary>
    public static async Task PrepareDatabaseAsync(this WebApplication app)
    {
        try
        {
            await using (var connection = await app.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(app.Lifetime.ApplicationStopping))
            {
                if (connection.PostgreSqlVersion.Major < OldestPostgreSql)
                    throw new StartFailure($"the database is PostgreSQL {connection.PostgreSqlVersion}; version {OldestPostgreSql} or later is needed.");
            }

            await DatabaseMigrations.MigrateAsync(app.Services, app.Lifetime.ApplicationStopping);
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
        {
            var where = new NpgsqlConnectionStringBuilder(app.Configuration.GetConnectionString("ModularRace"));
            throw new StartFailure($"the database '{where.Database}' at {where.Host}:{where.Port} cannot be used: {e.GetBaseException().Message}");
        }
    }

    public static async Task RunToTheEndAsync(this WebApplication app)
    {
        await using (app)
        {
            try
            {
                await app.StartAsync();
            }
            catch (IOException e) when (e.InnerException is AddressInUseException)
            {
                throw new StartFailure(e.Message);
            }
            catch (FormatException e)
            {
                throw new StartFailure($"ASPNETCORE_URLS cannot be read: {e.Message}");
            }

            app.Services.GetRequiredService<StartProgress>().Started = true;
            await app.WaitForShutdownAsync();
        }
    }

    private sealed class StartProgress
    {
        public bool Started { get; set; }
    }
}
