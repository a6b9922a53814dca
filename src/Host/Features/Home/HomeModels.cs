using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ModularRace.Host.Features.Home;

/// <summary>On the Pi the first thing is reporting.</summary>
internal sealed class HomeTouchModel : PageModel
{
    public IActionResult OnGet() => LocalRedirect("/report");
}

internal sealed class HomeDeskModel : PageModel
{
    public IActionResult OnGet() => LocalRedirect("/competitions");
}
