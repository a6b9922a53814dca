using ModularRace.Host;
using ModularRace.Host.Access;
using ModularRace.Host.Features.Alerts.Delivering;
using ModularRace.Host.Features.Webhooks;
using ModularRace.Host.Http;
using ModularRace.Host.Identity;
using ModularRace.Host.Starting;
using ModularRace.Shared;
using ModularRace.Shared.Web;

try
{
    Startup.SpeakOneLanguage();
    // Settings hold from start to end: files that are not watched cannot change a race day half way, and cost no watches.
    string[] settings = ["--hostBuilder:reloadConfigOnChange=false", .. args];
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = settings, ContentRootPath = ContentRoot.Find() });
    var mode = SystemModes.Read(builder.Configuration);
    var modules = Composition.Modules(mode);

    builder.AddAddresses(mode);
    builder.AddDatabase();
    builder.AddClockAndIdentity();
    builder.AddIdentity();
    builder.AddAccess(mode);
    builder.AddHttp(mode);
    builder.AddPages(mode, modules);
    DeskWords.Learn([typeof(Program).Assembly, .. modules.Select(m => m.GetType().Assembly)]);
    builder.AddApiDocument();
    builder.AddScheduling(mode);
    builder.AddAlerts(mode);
    builder.AddWebhooks(mode);
    if (mode == SystemMode.OfflineDevice) builder.Services.AddHostedService<Rehearsal>();
    builder.Services.AddShared();
    foreach (var module in modules) module.Add(builder.Services, builder.Configuration);

    var app = builder.Build();
    await app.PrepareDatabaseAsync();
    await app.PrepareSchedulingAsync(mode);
    await app.MakeFirstAdminAsync();
    await app.PreparePhoneDoorAsync();

    app.UseHttp(mode);
    var api = app.MapGroup("/api/v1");
    foreach (var module in modules) module.Map(api);
    api.MapIdentity(mode);
    app.MapHealth(api);
    app.MapApiDocument();
    app.MapRazorPages();

    await app.RunToTheEndAsync();
    return 0;
}
catch (StartFailure failure)
{
    await Console.Error.WriteLineAsync($"ModularRace does not start: {failure.Message}");
    return 1;
}

/// <summary>Public for the tests' WebApplicationFactory only.</summary>
public partial class Program;
