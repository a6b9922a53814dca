using System.Globalization;
using System.Text.Json;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Competitions.Contracts;
using ModularRace.Shared.Access;
using ModularRace.Shared.Problems;
using ModularRace.Shared.Time;
using ModularRace.Shared.Web;
using ModularRace.Sync.Features.OnServer.Metrics;

namespace ModularRace.Sync.Features.OnServer.Dashboard;

/// <summary>How the syncing of a competition, or of all, does: five figures with their targets, over time, and the cases behind them.</summary>
[Authorize(Policies.Jury)]
internal sealed class DashboardDeskModel(IMediator mediator, ICurrentActor current, TimeProvider time) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public Guid CompetitionUuid { get; set; }

    /// <summary><c>today, season</c>, or nothing: the competition.</summary>
    [BindProperty(SupportsGet = true, Name = "over")]
    public string? Over { get; set; }

    public CompetitionSummary Competition { get; private set; } = null!;

    public DashboardView View { get; private set; } = null!;

    public VenueTime Venue { get; private set; } = null!;

    /// <summary>All competitions together are for those with rights on all.</summary>
    public bool MaySeeAll { get; private set; }

    public bool MayManageDevices { get; private set; }

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The part of today that the devices' contacts are drawn over: from the first of them, or six in the morning, to now.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Day { get; private set; }

    public async Task OnGetAsync()
    {
        var aborted = HttpContext.RequestAborted;
        MaySeeAll = current.Actor.May(null, Roles.JuryPresident);
        MayManageDevices = current.Actor.May(null, Roles.Admin);
        Competition = (await mediator.Send(new FindCompetitions([CompetitionUuid]), aborted)).SingleOrDefault() ?? throw Problem.NotFound("competition");
        if (!current.Actor.Sees(CompetitionUuid)) throw Problem.NotFound("competition");
        Venue = new VenueTime(Competition.TimeZone);
        var today = Venue.Date(Now);
        View = await mediator.Send(new ReadDashboard(Over == "season" ? null : CompetitionUuid, Over == "today" ? today : null), aborted);
        var begin = Venue.From(today.ToDateTime(new TimeOnly(6, 0)));
        var first = View.Devices.SelectMany(d => d.Contacts).Where(c => Venue.Date(c) == today).DefaultIfEmpty(begin).Min();
        Day = (first < begin ? first : begin, Now > begin ? Now : begin.AddHours(1));

        var races = await mediator.Send(new FindRacesOfCompetition(CompetitionUuid), aborted);
        var race = races.FirstOrDefault(r => r.Status == "in_progress") ?? races.FirstOrDefault(r => r.Status == "scheduled") ?? (races.Count > 0 ? races[^1] : null);
        new DeskBar(Competition.ClientUuid, Competition.Name, Competition.StartDate, Competition.EndDate, Competition.TimeZone, race?.ClientUuid).Show(ViewData);
    }

    /// <summary><c>99.5 %</c>; a share that misses by little is not rounded to its target.</summary>
    public static string Percent(double? share) => share is { } s ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(s * 1000) / 10:0.#} %") : "–";

    /// <summary>A share that ought to be small, rounded away from its target.</summary>
    public static string PercentUp(double? share) => share is { } s ? string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(s * 1000) / 10:0.#} %") : "–";

    public static string Seconds(double? seconds) => seconds is { } s ? VenueTime.Span((long)Math.Round(s * 1000)) : "–";

    public static string Hours(double? hours) => hours is { } h ? string.Create(CultureInfo.InvariantCulture, $"{h:0.0} h") : "–";

    /// <summary>Runs that ended well, over runs so far: one point for each run.</summary>
    public string SuccessPoints() => Points(Shares(View.Runs.Select(r => (r.At, r.Well))));

    /// <summary>Incidents that needed a person, over incidents so far: one point for each incident.</summary>
    public string ConflictPoints() => Points(Shares(View.Incidents.Select(i => (i.At, i.InConflict))));

    public string DurationPoints() => Points(View.Runs.Where(r => r.Ms is not null).Select(r => (r.At, Math.Max(.001, r.Ms!.Value / 1000))));

    /// <summary>Incidents of each day at the venue.</summary>
    public IReadOnlyList<(DateOnly Day, int Incidents)> Days() =>
        [.. View.Incidents.GroupBy(i => Venue.Date(i.At)).Select(g => (g.Key, g.Count())).OrderBy(d => d.Key).TakeLast(7)];

    /// <summary>Devices by the longest time that they took reports without the cloud, longest first.</summary>
    public IReadOnlyList<DashboardDevice> Offline() => [.. View.Devices.Where(d => d.LongestOffline > 0).OrderByDescending(d => d.LongestOffline).Take(4)];

    /// <summary>Stretches of contact today, in hundredths of the strip: contacts that follow each other within the silence of a device are one.</summary>
    public IReadOnlyList<(double From, double Width)> Strip(DashboardDevice device)
    {
        var stretches = new List<(DateTimeOffset From, DateTimeOffset To)>();
        foreach (var at in device.Contacts.Where(c => c >= Day.From && c <= Day.To))
        {
            if (stretches.Count > 0 && at - stretches[^1].To <= Devices.DeviceItem.Silence) stretches[^1] = (stretches[^1].From, at);
            else stretches.Add((at, at));
        }

        var whole = (Day.To - Day.From).TotalSeconds;
        return [.. stretches.Select(s =>
        {
            var width = Math.Max(1, (s.To - s.From).TotalSeconds / whole * 100);
            return (Math.Round(Math.Min((s.From - Day.From).TotalSeconds / whole * 100, 100 - width), 2), Math.Round(width, 2));
        })];
    }

    private static IEnumerable<(DateTimeOffset At, double Value)> Shares(IEnumerable<(DateTimeOffset At, bool Counts)> points)
    {
        var (part, whole) = (0, 0);
        foreach (var (at, counts) in points)
        {
            whole++;
            if (counts) part++;
            yield return (at, Math.Round(100.0 * part / whole, 3));
        }
    }

    /// <summary>Two rows, seconds since 1970 and values, as the plot takes them.</summary>
    private static string Points(IEnumerable<(DateTimeOffset At, double Value)> points)
    {
        var (at, values) = (new List<double>(), new List<double>());
        foreach (var point in points)
        {
            at.Add(point.At.ToUnixTimeMilliseconds() / 1000.0);
            values.Add(point.Value);
        }

        return JsonSerializer.Serialize(new[] { at, values });
    }
}
