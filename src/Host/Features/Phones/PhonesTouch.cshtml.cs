using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Shared.Access;
using ModularRace.Shared.Web;

namespace ModularRace.Host.Features.Phones;

/// <summary>The code by which a referee's own phone comes in, the certificate's fingerprint, and who is in. The data is <c>/api/v1/device/phones</c>.</summary>
[Authorize(Policies.PiOperator)]
internal sealed class PhonesTouchModel : PageModel
{
    public void OnGet() => new TouchPage("phones", new { }).Show(ViewData);
}
