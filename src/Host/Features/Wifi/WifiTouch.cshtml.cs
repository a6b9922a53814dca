using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.Wifi;

/// <summary>The venue's Wi-Fi, chosen at the screen. The data is <c>/api/v1/device/wifi</c>, which serves the screen alone.</summary>
[Authorize(Policies.PiOperator)]
internal sealed class WifiTouchModel : PageModel
{
    public void OnGet() => new TouchPage("wifi", new { }).Show(ViewData);
}
