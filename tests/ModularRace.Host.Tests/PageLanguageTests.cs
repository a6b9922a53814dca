using System.Globalization;
using System.Net;
using ModularRace.Shared.Time;

namespace ModularRace.Host.Tests;

/// <summary>In which language the desk speaks, and that the API speaks one.</summary>
public sealed class PageLanguageTests(RunningCloud cloud) : IClassFixture<RunningCloud>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, null, "en", "Sign in")]
    [InlineData(null, "de-CH, fr;q=0.5", "de", "Anmelden")]
    [InlineData("it", "de", "it", "Accedi")]
    [InlineData("xx", "es;q=0.2", "es", "Iniciar sesión")]
    public async Task A_page_speaks_as_was_chosen_else_as_the_browser_prefers(string? chosen, string? accepted, string language, string words)
    {
        using var answer = await GetAsync("sign-in", accepted, chosen);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop));
        Assert.Contains($"<html lang=\"{language}\">", page, StringComparison.Ordinal);
        Assert.Contains($"<h1>{words}</h1>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_choice_is_kept_and_leads_back_to_the_page_with_all_else_that_was_asked()
    {
        using var answer = await GetAsync("sign-in?ReturnUrl=%2Fdevices&lang=fr");
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/sign-in?ReturnUrl=%2Fdevices", answer.Headers.Location!.OriginalString);
        Assert.StartsWith("mr_lang=fr; max-age=34560000; path=/; samesite=lax", Assert.Single(answer.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sign-in?lang=xx")]
    [InlineData("sign-in?lang=")]
    [InlineData("sign-in?lang=../fr")]
    public async Task What_is_no_language_is_no_choice(string path)
    {
        using var answer = await GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain(answer.Headers, h => h.Key == "Set-Cookie" && h.Value.Any(v => v.StartsWith("mr_lang", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_is_kept_or_sent_names_a_day_in_English_whatever_the_page_speaks()
    {
        var (before, at) = (CultureInfo.CurrentUICulture, new DateTimeOffset(2026, 2, 7, 23, 30, 0, TimeSpan.Zero));
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("it");
            var venue = new VenueTime("Europe/Rome");
            Assert.Equal(("dom 8 febbraio", "Sun 8 February"), (venue.Day(at), venue.EnglishDay(at)));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    [Theory]
    [InlineData(47_000, "+47.0 s")]
    [InlineData(-149_000, "−2 min 29.0 s")]
    [InlineData(-40, "0.0 s")]
    [InlineData(0, "0.0 s")]
    public void A_correction_that_is_nothing_when_written_has_no_sign(long milliseconds, string written) => Assert.Equal(written, VenueTime.Signed(milliseconds));

    [Fact]
    public async Task A_choice_leads_to_no_other_host()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{cloud.Address}/example.org/sign-in?lang=fr"));
        using var answer = await cloud.Anonymous.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Null(answer.Headers.Location);
    }

    [Fact]
    public async Task A_program_reads_English_whatever_it_prefers()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/v1/races/{Guid.Empty}/incidents?status=nothing&lang=fr");
        request.Headers.Add("Accept-Language", "fr");
        request.Headers.Authorization = cloud.Admin.DefaultRequestHeaders.Authorization;
        using var answer = await cloud.Anonymous.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("It is one of", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? accepted = null, string? chosen = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accepted is not null) request.Headers.TryAddWithoutValidation("Accept-Language", accepted);
        if (chosen is not null) request.Headers.Add("Cookie", $"mr_lang={chosen}");
        return await cloud.Anonymous.SendAsync(request, Stop);
    }
}
