using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ModularRace.Shared.Access;

namespace ModularRace.Sync.Features.OnServer.Importing;

/// <summary>Takes in what a Pi wrote to a stick: the page sends the file to <c>POST /api/v1/sync/import</c>, shows the outcomes and gives the receipt file.</summary>
[Authorize(Policies.Admin)]
internal sealed class ImportDeskModel : PageModel;
