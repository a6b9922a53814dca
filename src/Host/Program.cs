using ModularRace.Host;
using ModularRace.Shared;
using ModularRace.Shared.Persistence;
using ModularRace.Shared.Time;
using Npgsql;

var builder = WebApplication.CreateBuilder(args);
var mode = SystemModes.Read(builder.Configuration);
var modules = Composition.Modules(mode);
var connectionString = builder.Configuration.GetConnectionString("ModularRace") ?? throw new StartFailure("ConnectionStrings__ModularRace is not set.");

builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<IRaceClock, CloudClock>();
builder.Services.AddSingleton<ModularRace.Shared.Access.ISystemIdentity, ModularRace.Shared.Access.CloudIdentity>();
builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
builder.Services.AddShared();
foreach (var module in modules) module.Add(builder.Services, builder.Configuration);

var app = builder.Build();
await DatabaseMigrations.MigrateAsync(app.Services, CancellationToken.None);
var api = app.MapGroup("/api/v1");
foreach (var module in modules) module.Map(api);
await app.RunAsync();
